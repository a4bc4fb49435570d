"""Recovery codes: how they look, how they may be typed, and that the database holds nothing usable."""

import base64

import pytest

from idp.factors import recovery_codes
from idp.factors.hashing import Hasher
from idp.kernel.entropy import SystemEntropy

HASHER = Hasher(memory_kib=7168, time_cost=1, concurrency=2, queue=4)
FRESH = recovery_codes.generate_set(SystemEntropy(), HASHER)


@pytest.mark.promise("FM13", "ES13")
def test_eight_codes_of_eighty_bits_grouped_with_dashes() -> None:
    assert len(set(FRESH.codes)) == 8
    for code in FRESH.codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert not set("".join(groups)) - set(recovery_codes.ALPHABET)


@pytest.mark.promise("FM14")
@pytest.mark.parametrize("as_typed", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f"  {code} "])
def test_any_case_with_or_without_the_dash(as_typed) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a function out of the table above
    salt = base64.b64encode(FRESH.salt).decode()
    assert recovery_codes.digest(HASHER, salt, as_typed(FRESH.codes[3])) == FRESH.digests[3]


def test_letters_that_look_like_digits_are_read_as_meant() -> None:
    assert recovery_codes.canonicalize("OIL0-1111-2222-3333") == "0110111122223333"


@pytest.mark.parametrize("typed", ["", "1234", "U" * 16, "0" * 17, "é" * 16, "\x00" * 16])
def test_what_cannot_be_a_code_matches_nothing(typed: str) -> None:
    assert recovery_codes.canonicalize(typed) == ""


def test_every_letter_of_the_alphabet_can_come_up_and_the_ends_are_right() -> None:
    class Fixed:
        def __init__(self, raw: bytes) -> None:
            self.raw = raw

        def bytes(self, n: int) -> bytes:
            return self.raw[:1] * n

        def token(self, n: int = 32) -> str:
            return "t" * n

    assert recovery_codes.generate_set(Fixed(b"\x00"), HASHER).codes[0] == "0000-0000-0000-0000"
    assert recovery_codes.generate_set(Fixed(b"\xff"), HASHER).codes[0] == "ZZZZ-ZZZZ-ZZZZ-ZZZZ"
