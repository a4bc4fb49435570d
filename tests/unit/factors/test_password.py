"""New passwords: length and sense, never composition."""

import pytest

from idp.factors.hashing import Hasher
from idp.factors.password import problem

OWN = ["jane", "jane@example.test", "Countersign"]


@pytest.mark.parametrize(
    "good", ["correct horse battery", "ßtraße ganz früh am morgen", "all lower case words", "9q#Lz!t2vX"]
)
def test_no_composition_rules(good: str) -> None:
    assert problem(good, least=8, own_words=OWN) is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("short", "at least 8"),
        ("x" * 129, "at most 128"),
        ("countersign1", "too close"),
        ("password123", "first things"),
    ],
)
def test_each_refusal_says_what_to_do(bad: str, says: str) -> None:
    assert says in (problem(bad, least=8, own_words=OWN) or "")


def test_without_a_second_step_fifteen_characters_are_asked() -> None:
    assert "at least 15" in (problem("vivid-otter-9", least=15, own_words=[]) or "")


def test_every_character_counts_to_the_last() -> None:
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2)
    stored = hasher.hash("a" * 127 + "b")
    assert hasher.verify(stored, "a" * 127 + "b")
    assert not hasher.verify(stored, "a" * 127 + "c")
    assert not hasher.verify(stored, "a" * 127 + "B")
    assert not hasher.verify(stored, "a" * 127 + "b ")


def test_nobody_has_a_password_that_is_right() -> None:
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2)
    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("not a hash", "anything")
