"""The variables of a shell: values, attributes, local scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from minibuild.shell.arithmetic import compile_expression, parse_number
from minibuild.shell.bounds import MOST_KEPT, check_kept, check_text
from minibuild.shell.computing import wrap
from minibuild.shell.errors import DiscardedError, ExpansionError, ShellError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minibuild.shell.dialect import Dialect

DEFAULT_IFS = " \t\n"
_DEPTH = 100
_SMALL = 100  # shorter values are not worth counting
_ATTRIBUTES = "ailurn"


class Indexed(dict[int, str]):
    """bash's indexed array."""

    __slots__ = ()


class Associative(dict[str, str]):
    """bash's associative array."""

    __slots__ = ()


Value = str | Indexed | Associative


class Saved(NamedTuple):
    """What a variable was before it became local."""

    value: Value | None
    exported: bool
    readonly: bool
    attributes: str


class Variables:
    """Names and values. `values` holds what is set; names in `careful` need more than a change there.

    `dynamic` gives values that are computed when they are asked for (RANDOM); `watched` is told of new values
    (PATH).
    """

    __slots__ = (
        "allexport", "arrays", "attributes", "careful", "depth", "dialect", "dynamic", "exported", "ifs",
        "kept", "measure", "plain_ifs", "readonly", "scopes", "values", "watched",
    )  # fmt: skip

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.values: dict[str, Value] = {}
        self.exported: set[str] = set()
        self.readonly: set[str] = set()
        self.attributes: dict[str, str] = {}  # bash: i(nteger) l(ower) u(pper) n(ameref)
        self.scopes: list[dict[str, Saved]] = []
        self.dynamic: dict[str, Callable[[], str]] = {}
        self.arrays: dict[str, Callable[[], Indexed]] = {}
        self.watched: dict[str, Callable[[str | None], None]] = {"IFS": self._watch_ifs}
        self.careful: set[str] = {"IFS"}
        self.allexport = False
        self.ifs = DEFAULT_IFS
        self.plain_ifs = True
        self.depth = 0
        self.kept = 0
        self.measure: Callable[[], int] = self.size

    def size(self) -> int:
        """How many characters the values have, those that are hidden by local ones too."""
        hidden = [saved.value for scope in self.scopes for saved in scope.values() if saved.value is not None]
        total = sum(map(len, self.values))
        for value in (*self.values.values(), *hidden):
            total += len(value) if isinstance(value, str) else sum(map(len, value.values()))
        return total

    def account(self, size: int) -> None:
        """More is kept: LimitError when that is too much. What was let go is only noticed now and then."""
        self.kept += size
        if self.kept > MOST_KEPT:
            self.kept = self.measure()
            check_kept(self.kept)

    def fork(self) -> Self:
        """Independent variables with the same values. The caller renews `dynamic` and `watched`."""
        new = type(self)(self.dialect)
        new.values = self.values.copy()
        for name, value in self.values.items() if self.dialect.bash else ():
            if isinstance(value, Indexed):
                new.values[name] = Indexed(value)
            elif isinstance(value, Associative):
                new.values[name] = Associative(value)
        new.exported, new.readonly = self.exported.copy(), self.readonly.copy()
        new.attributes = self.attributes.copy()
        new.scopes = [scope.copy() for scope in self.scopes]
        new.careful = self.careful.copy()
        new.allexport, new.ifs, new.plain_ifs = self.allexport, self.ifs, self.plain_ifs
        return new

    # ---- values

    def get(self, name: str) -> str | None:
        """The value of a variable as text; None when it is unset. An array's is that of its element 0."""
        value = self.values.get(name)
        if value is None:
            compute = self.dynamic.get(name)
            if compute is not None:
                return compute()
            return self.arrays[name]().get(0) if name in self.arrays else None
        if type(value) is str and not self.attributes:
            return value
        return self._resolve(name, value)

    def lookup(self, name: str) -> Value | None:
        """The whole value of a variable, be it computed."""
        name = self.target(name)
        value = self.values.get(name)
        if value is None and name in self.arrays:
            return self.arrays[name]()
        return self.get(name) if value is None else value

    def _resolve(self, name: str, value: Value) -> str | None:
        if "n" in self.attributes.get(name, ""):
            target = self.target(name)
            return None if target == name else self.get(target)
        if isinstance(value, Indexed):
            return value.get(0)
        if isinstance(value, Associative):
            return value.get("0")
        return value

    def target(self, name: str) -> str:
        """The name that a chain of name references leads to."""
        for _ in range(_DEPTH):
            value = self.values.get(name)
            if "n" not in self.attributes.get(name, "") or not isinstance(value, str) or not value:
                break
            name = value
        return name

    def set(self, name: str, value: str) -> None:
        """Assign. ShellError when the variable is read-only."""
        if name in self.careful:
            name, value = self._prepared(name, value)
            current = self.values.get(name)
            if not isinstance(current, str | None):
                self._put_first(current, value)
                return
        self.values[name] = value
        if len(value) + len(name) > _SMALL:
            self.account(len(value) + len(name))
        if self.allexport:
            self.exported.add(name)

    def _put_first(self, array: Indexed | Associative, value: str) -> None:
        """Assign to an array without a subscript: to its element 0."""
        self.account(len(value))
        if isinstance(array, Indexed):
            array[0] = value
        else:
            array["0"] = value

    def _prepared(self, name: str, value: str) -> tuple[str, str]:
        attributes = self.attributes.get(name, "")
        if "n" in attributes:
            name = self.target(name)
            attributes = self.attributes.get(name, "")
        self.check_writable(name)
        value = self.converted(name, value)
        if name in self.watched:
            self.watched[name](value)
        return name, value

    def converted(self, name: str, value: str) -> str:
        """The value as the attributes of the variable want it."""
        attributes = self.attributes.get(name, "")
        if "i" in attributes:
            return str(self.evaluate(value))
        if "l" in attributes:
            return value.lower()
        return value.upper() if "u" in attributes else value

    def check_writable(self, name: str) -> None:
        """ShellError when the variable is read-only."""
        if name in self.readonly:
            raise ShellError(
                f"{name}: readonly variable" if self.dialect.bash else f"{name}: is read only",
                1 if self.dialect.bash else 2,
            )

    def put_array(self, name: str, value: Indexed | Associative) -> None:
        """Give a variable a whole array."""
        self.check_writable(name)
        self.values[name] = value
        self.careful.add(name)

    def unset(self, name: str) -> None:
        """Forget a value and its attributes. ShellError when the variable is read-only."""
        self.check_writable(name)
        self.values.pop(name, None)
        self.exported.discard(name)
        self.attributes.pop(name, None)
        self.dynamic.pop(name, None)
        if name in self.watched:
            self.watched[name](None)

    def make_readonly(self, name: str) -> None:
        """No more assignments."""
        self.readonly.add(name)
        self.careful.add(name)

    def add_attribute(self, name: str, attribute: str) -> None:
        """Give a variable one of bash's attributes i, l, u, n."""
        self.attributes[name] = self.attributes.get(name, "").replace(attribute, "") + attribute
        self.careful.add(name)

    def remove_attribute(self, name: str, attribute: str) -> None:
        """Take an attribute away."""
        left = self.attributes.get(name, "").replace(attribute, "")
        if left:
            self.attributes[name] = left
        else:
            self.attributes.pop(name, None)

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """What children get: exported variables that have a value."""
        values = self.values
        found = {name: value for name in sorted(self.exported) if type(value := values.get(name)) is str}
        if extra:
            found.update(extra)
        return found

    # ---- scopes

    def enter(self) -> None:
        """A function is called."""
        self.scopes.append({})

    def leave(self) -> None:
        """A function ends: variables that were local get back what they were."""
        bad = ""
        for name, saved in self.scopes.pop().items():
            if name[:1].isdigit() or not name.replace("_", "a").isalnum() or not name.isascii():
                bad = bad or name
            else:
                self.restore(name, saved)
        if bad:
            raise ShellError(f"{bad}: bad variable name")  # ash only finds out now

    def save(self, name: str) -> Saved:
        """What a variable is now."""
        return Saved(
            self.values.get(name), name in self.exported, name in self.readonly, self.attributes.get(name, "")
        )

    def restore(self, name: str, saved: Saved) -> None:
        """Make a variable what it was."""
        self.readonly.discard(name)
        self.attributes.pop(name, None)
        if saved.value is None:
            self.values.pop(name, None)
            self.exported.discard(name)
        else:
            self.values[name] = saved.value
            (self.exported.add if saved.exported else self.exported.discard)(name)
        if saved.readonly:
            self.make_readonly(name)
        if saved.attributes:
            self.attributes[name] = saved.attributes
        if name in self.watched:
            value = saved.value
            self.watched[name](value if isinstance(value, str) else None)

    def make_local(self, name: str) -> bool:
        """Let the innermost function have its own variable of this name; False when it has one."""
        scope = self.scopes[-1]
        if name in scope:
            return False
        scope[name] = self.save(name)
        return True

    # ---- numbers

    def number(self, name: str, subscript: str | None = None) -> int:
        """The value of a variable in an arithmetic expression."""
        value = self.values.get(name) if subscript is None else self.element(name, subscript)
        if value is None:
            value = self.get(name) if subscript is None else None
            if value is None:
                return self.unset_number(name)
        if type(value) is not str:
            value = self.get(name) or ""
        if value.isdigit() and (value[0] != "0" or value == "0") and len(value) < 19:
            return int(value)
        return self.evaluate(value, name)

    def unset_number(self, name: str) -> int:  # noqa: ARG002  a shell with `set -u` says which one
        """The value of an unset variable."""
        return 0

    def evaluate(self, text: str, name: str = "") -> int:
        """The value of a text as an expression."""
        stripped = text.strip()
        if not stripped:
            return 0
        negative = stripped[0] == "-"
        number = parse_number(stripped[negative:] or " ", self.dialect)
        if number is not None:
            return wrap(-number if negative else number)
        if self.dialect.posix_only and name:
            raise ExpansionError(f"Illegal number: {text}")
        self.depth += 1
        try:
            if self.depth > _DEPTH:
                kind = DiscardedError if self.dialect.bash else ExpansionError
                raise kind("expression recursion loop detected", 1 if self.dialect.bash else 2)
            return compile_expression(text, self.dialect)(self)
        finally:
            self.depth -= 1

    def assign_number(self, name: str, subscript: str | None, value: int) -> int:
        """Assign the result of an expression."""
        if subscript is None:
            self.set(name, str(value))
        else:
            self.set_element(name, subscript, str(value))
        return value

    # ---- elements of arrays

    def element(self, name: str, subscript: str) -> str | None:
        """One element of an array; None when it is unset."""
        value = self.lookup(name)
        name = self.target(name)
        if value is None:
            self.index(name, subscript)  # must be a number all the same
            return None
        if isinstance(value, Associative):
            return value.get(subscript)
        index = self.index(name, subscript)
        if isinstance(value, Indexed):
            return value.get(index)
        return value if index == 0 else None

    def index(self, name: str, subscript: str) -> int:
        """The number of an element; a negative one counts from the end."""
        try:
            index = self.evaluate(subscript)
        except DiscardedError as error:
            raise ExpansionError(error.message, 1) from None
        if index < 0:
            value = self.values.get(name)
            index += (
                max(value, default=-1) + 1 if isinstance(value, Indexed) else 1 if value is not None else 0
            )
            if index < 0:
                raise ShellError(f"{name}[{subscript}]: bad array subscript", 1)
        return index

    def set_element(self, name: str, subscript: str, text: str, *, append: bool = False) -> None:
        """Assign to one element; a variable that is no array becomes one."""
        name = self.target(name)
        self.check_writable(name)
        text = self.converted(name, text)
        self.account(len(text) + len(subscript))
        value = self.values.get(name)
        if isinstance(value, Associative):
            value[subscript] = value.get(subscript, "") + text if append else text
            return
        index = self.index(name, subscript)
        if not isinstance(value, Indexed):
            value = Indexed() if value is None else Indexed({0: value})
            self.put_array(name, value)
        value[index] = check_text(value.get(index, "") + text) if append else text

    def unset_element(self, name: str, subscript: str) -> None:
        """Take one element out."""
        name = self.target(name)
        self.check_writable(name)
        value = self.values.get(name)
        if isinstance(value, Associative):
            value.pop(subscript, None)
        elif isinstance(value, Indexed):
            value.pop(self.index(name, subscript), None)
        elif value is not None and self.index(name, subscript) == 0:
            self.unset(name)

    def _watch_ifs(self, value: str | None) -> None:
        self.ifs = DEFAULT_IFS if value is None else value
        self.plain_ifs = self.ifs == DEFAULT_IFS
