"""Program files of catalogue images: what stands in them, and how it is read back.

A program file begins as an ELF file for x86-64 does, so that whoever looks at its first bytes takes it for
one, followed by one line that names the program and its flavour. The flavour says whose implementation it
is: `busybox` (one file, to which the applets' names are links), `gnu` (coreutils, findutils, grep, sed, tar,
gzip, … of the big distributions), `dash`, `bash`, else the name of the package that brings it.
"""

# e_ident (64 bits, little endian, System V), e_type EXEC, e_machine x86-64.
_HEADER = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00"
_MARK = _HEADER + b"\nminibuild program "

# How many bytes of a file `identify` needs to see.
IDENTIFY_SIZE = 128


def executable(name: str, flavour: str) -> bytes:
    """The content of the file of a program; `identify` gives `(name, flavour)` back if both fit into 128
    bytes.
    """
    return _MARK + f"{name} {flavour}\n".encode()


def identify(data: bytes) -> tuple[str, str] | None:
    """The program's name and flavour, from the first 128 bytes of its file; None when it is none of the
    catalogue's.
    """
    if not data.startswith(_MARK):
        return None
    line = data[len(_MARK) : IDENTIFY_SIZE].partition(b"\n")[0]
    name, _, flavour = line.decode("utf-8", "replace").rpartition(" ")
    return (name, flavour) if name else None
