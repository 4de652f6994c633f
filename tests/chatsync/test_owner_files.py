"""Whatever an owner's file holds, reading it ends with what is wrong, in words."""

from pathlib import Path

import pytest

from chatsync.automatic import read_automatic
from chatsync.errors import AutomaticListInvalidError, ClassifierRefusedError, PricesInvalidError
from chatsync.owner_files import read_toml
from chatsync.prices import read_prices
from chatsync.taxonomy import read_taxonomy

NESTED = "a = " + "[" * 5000
ODD_FILES = {
    NESTED.encode(): "nested too deep",
    f"a = {'9' * 5000}".encode(): "not valid TOML",
    b'a = "\xff"': "not valid TOML",
    b"a = ": "not valid TOML",
}


@pytest.mark.parametrize("content", ODD_FILES, ids=ODD_FILES.values())
def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(content)
    assert read_toml(file)[0] == {}
    assert ODD_FILES[content] in read_toml(file)[1]


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (read_taxonomy, ClassifierRefusedError),
        (read_prices, PricesInvalidError),
        (read_automatic, AutomaticListInvalidError),
    ],
)
def test_each_reader_of_such_a_file_raises_its_own_error(tmp_path: Path, read: object, error: type[Exception]) -> None:
    file = tmp_path / "own.toml"
    file.write_text(NESTED)
    with pytest.raises(error, match="nested too deep"):
        read(file)  # type: ignore[operator]
