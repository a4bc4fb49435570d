"""Whole numbers that people and addresses bring."""

import pytest

from idp.web.forms import parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 42 ", 42),
        ("9" * 18, int("9" * 18)),
        *((text, None) for text in ("", "-1", "+1", "1.0", "1e3", "1_000", "\u0661", "\u00b2", "9" * 19, "0" * 5000)),
    ],
)
def test_only_what_fits_a_column_is_a_number(text: str, number: int | None) -> None:
    assert parse_number(text) == number
