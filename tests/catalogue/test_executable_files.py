"""Program files: what is written is read back."""

from hypothesis import given
from hypothesis import strategies as st

from minibuild.catalogue.executable import IDENTIFY_SIZE, executable, identify

NAMES = st.from_regex(r"[a-zA-Z0-9\[_.+-]{1,40}", fullmatch=True)
FLAVOURS = st.from_regex(r"[a-z0-9.+-]{1,30}", fullmatch=True)


@given(NAMES, FLAVOURS)
def test_a_program_file_is_read_back_from_its_first_bytes(name: str, flavour: str) -> None:
    assert identify(executable(name, flavour)[:IDENTIFY_SIZE]) == (name, flavour)


def test_it_begins_like_an_elf_file_for_x86_64() -> None:
    data = executable("ls", "gnu")
    assert data[:4] == b"\x7fELF"
    assert data[4:7] == b"\x02\x01\x01"
    assert int.from_bytes(data[18:20], "little") == 62


@given(st.binary(max_size=200))
def test_other_files_are_no_programs(data: bytes) -> None:
    assert identify(data) is None
