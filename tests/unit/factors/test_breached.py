"""The operator's list of breached passwords: found without loading it, refused when it is something else."""

import logging
import os
from pathlib import Path

import pytest

from idp.config import BadSettings
from idp.factors.breached_passwords import BreachedPasswords
from tests.support.breached import write_list


def test_every_line_is_found_and_nothing_else(tmp_path: Path) -> None:
    """Two thousand lines are many times what is read at once: the search is needed, at both ends too."""
    known = [f"filler {number}" for number in range(2000)]
    found = BreachedPasswords.open(str(write_list(tmp_path / "list", ["correct horse battery staple"], fillers=2000)))
    assert all(found.contains(each) for each in ["correct horse battery staple", *known])
    assert not any(found.contains(f"other {number}") for number in range(2000))
    assert not found.contains("Correct horse battery staple")
    found.close()


@pytest.mark.parametrize("lines", [1, 2, 3, 90, 200])
def test_short_lists_in_any_spelling(tmp_path: Path, lines: int) -> None:
    names = [f"filler {number}" for number in range(lines)]
    path = write_list(tmp_path / "list", [], fillers=lines)
    path.write_bytes(b"\n".join(line[:40].lower() for line in path.read_bytes().split(b"\r\n") if line))
    found = BreachedPasswords.open(str(path))
    assert all(found.contains(name) for name in names)
    assert not found.contains("filler")
    found.close()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read: No such file"),
        (b"", "holds no SHA-1 hash at byte 0"),
        (b"password\n123456\n", "holds no SHA-1 hash at byte 0"),
        (b"0" * 32 + b":7\r\n", "holds no SHA-1 hash at byte 0"),
        (b"\n".join(f"{number:040X}".encode() for number in range(900, 0, -1)), "is not sorted near byte"),
        (b"0" * 40 + b"x" * 9000, "holds no SHA-1 hash at byte 0"),
        (b"0" * 40 + b":" + b"1" * 9000, "has no line end near byte"),
    ],
)
def test_what_is_no_such_list_is_refused_at_the_start(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "list"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSettings, match=says) as refused:
        BreachedPasswords.open(str(path))
    assert str(refused.value).startswith(f"IDP_BREACHED_PASSWORDS: {path} ")
    assert BreachedPasswords.from_settings("") is None
    with pytest.raises(BadSettings, match="Is a directory"):
        BreachedPasswords.open(str(tmp_path))


def test_a_list_that_breaks_later_refuses_nobody_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_list(tmp_path / "list", ["correct horse battery staple"], fillers=500)
    found = BreachedPasswords.open(str(path))
    os.truncate(path, 0)
    with caplog.at_level(logging.ERROR):
        assert not found.contains("correct horse battery staple")
    assert "was not looked up" in caplog.text
    assert "correct horse" not in caplog.text
    found.close()
