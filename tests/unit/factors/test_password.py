"""New passwords: length and sense, never composition."""

import time
from pathlib import Path

import argon2
import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.hashing import Hasher
from idp.factors.password import LEAST_SCORE, check_strength
from tests.support.breached import write_list

OWN = ["jane", "jane.m.doe", "Countersign", "id.initech.example"]
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
"""Letters of full width, as in Japanese and Chinese text."""
LOOK_ALIKES = "4@8({[<369!1|0$5+7%2"


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "ßtraße ganz früh am morgen",
        "all lower case words",
        "9q#Lz!t2vX",
        "  spaces at both ends  ",
        "🚋🌉🐙🥨🧦🪁🎻🦔🍄🧭",
        "1357 9246 8035 7913",
        "mary jane sat under a bridge",
    ],
)
def test_no_composition_rules(good: str) -> None:
    strength = check_strength(good, min_length=8, own_words=OWN)
    assert strength.problem is None
    assert strength.score >= LEAST_SCORE


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("short", "at least 8"),
        ("vQ9#tra", "at least 8"),
        ("x" * 129, "at most 128"),
        ("countersign1", "too close"),
        ("COUNTERSIGN1".translate(WIDE), "too close"),
        ("initech99", "too close"),
        ("jane1987", "too close"),
        ("password123", "a word or name"),
        ("password123".translate(WIDE), "a word or name"),
        ("P@$$w0rd!", "a word or name"),
        ("abcabcabcabc", "Repeats like"),
        ("abcdefghijkl", "Rows like"),
        ("zxcvbnm,./", "Keys beside each other"),
        ("13.08.1987", "Dates and years"),
    ],
)
def test_each_refusal_says_what_to_do(bad: str, says: str) -> None:
    strength = check_strength(bad, min_length=8, own_words=OWN)
    assert says in (strength.problem or "")
    assert strength.score < LEAST_SCORE, "what is refused is never shown as strong"


def test_without_a_second_step_fifteen_characters_are_asked() -> None:
    assert "at least 15" in (check_strength("vivid-otter-9", min_length=15, own_words=[]).problem or "")


def test_the_three_thousand_most_common_passwords_long_enough_are_refused() -> None:
    """ASVS 6.2.4; the list is in the order of how common they are."""
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 8][:3000]
    assert len(common) == 3000
    assert [word for word in common if check_strength(word, min_length=8, own_words=[]).problem is None] == []


def test_a_stolen_password_is_refused_however_strong(tmp_path: Path) -> None:
    found = BreachedPasswords.open(str(write_list(tmp_path / "list", ["violet tram over seven hills"])))
    assert check_strength("violet tram over seven hills", min_length=8, own_words=[]).problem is None
    stolen = check_strength("violet tram over seven hills", min_length=8, own_words=[], breached=found)
    assert "a list of stolen ones" in (stolen.problem or "")
    assert stolen.score == 0
    assert check_strength("Violet tram over seven hills", min_length=8, own_words=[], breached=found).problem is None
    found.close()


@pytest.mark.parametrize("hard", [LOOK_ALIKES * 6, "1!7|l" * 25, (LOOK_ALIKES[:18] + LOOK_ALIKES[:18]) * 3])
def test_no_password_keeps_the_server_busy(hard: str) -> None:
    """Left alone, zxcvbn takes seconds for them; the bound leaves room for a busy machine."""
    began = time.thread_time()
    check_strength(hard, min_length=8, own_words=OWN)
    assert time.thread_time() - began < 5


def test_every_character_counts_to_the_last() -> None:
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
    stored = hasher.hash("a" * 127 + "b")
    assert hasher.verify(stored, "a" * 127 + "b")
    assert not hasher.verify(stored, "a" * 127 + "c")
    assert not hasher.verify(stored, "a" * 127 + "B")
    assert not hasher.verify(stored, "a" * 127 + "b ")
    assert not hasher.verify(stored, "a" * 72 + "c" + "a" * 54 + "b"), "nor is byte 73 left out (bcrypt would)"


COMPOSED, DECOMPOSED = "Br\u00fccke", "Bru\u0308cke"


@pytest.mark.parametrize("typed", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED])
def test_composed_and_decomposed_letters_are_one_password(chosen: str, typed: str) -> None:
    """Keyboards differ; RFC 8265 section 4.2.2 compares in NFC."""
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
    assert hasher.verify(hasher.hash(chosen), typed)


def test_a_hash_of_decomposed_letters_from_before_still_matches_as_typed() -> None:
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
    stored = argon2.PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1).hash(DECOMPOSED)
    assert hasher.verify(stored, DECOMPOSED)


@pytest.mark.parametrize("other", ["Br\u00dccke", "\uff22r\u00fccke", "Brucke", "Br\u00fccke "])
def test_nothing_else_is_normalised(other: str) -> None:
    """Neither capitals nor full-width letters nor accents nor spaces (ASVS 6.2.8)."""
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
    assert not hasher.verify(hasher.hash(COMPOSED), other)


def test_nobody_has_a_password_that_is_right() -> None:
    hasher = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
    assert not hasher.verify(None, "nobody has this password")
    assert not hasher.verify("not a hash", "anything")
