"""JSON of strangers: what is too deep is refused before it is parsed."""

import contextlib
import json
import time

import pytest

from idp.kernel.strict_json import MAX_DEPTH, parse


def nested(depth: int, opening: str, closing: str) -> str:
    return opening * depth + "1" + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    levels = MAX_DEPTH // opening.count("[") if "{" not in opening else MAX_DEPTH // (1 + opening.count("["))
    good = nested(levels, opening, closing)
    assert parse(good) == json.loads(good)
    for depth in (levels + 1, 970, 30_000):
        with pytest.raises(ValueError, match="nested deeper"):
            parse(nested(depth, opening, closing))


FLAT = [
    '"' + "[" * 500 + '"',
    r'["\"[[[[[[[[[[[[[[[[[[[[[[[[[", "\\"]',
    "[" + "[],{}," * 500 + "[]]",
    "[" + "{}," * 500 + "1]",
]


@pytest.mark.parametrize("text", FLAT)
def test_brackets_in_strings_and_side_by_side_are_no_depth(text: str) -> None:
    assert parse(text) == parse(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", ["[" * 21, "]" * 500 + "[" * 30, '["' + "[" * 500, "{", "", "[1] 2", b"\xff"])
def test_whatever_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["[" + '"\\\\[",' * 100_000 + "1]", "[]" * 21 + '"' + '\\"' * 64_000, "[]" * 21 + '"' + "\\" * 128_001],
    ids=["many strings", "an unclosed string of quotes", "an unclosed string of backslashes"],
)
def test_the_check_takes_time_in_proportion_to_the_length(text: str) -> None:
    """128 KiB are the largest body."""
    began = time.thread_time()
    with contextlib.suppress(ValueError):
        parse(text)
    assert time.thread_time() - began < 5
