"""Authenticator apps: what a code is good for, to the second."""

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.factors.totp import PERIOD, Setup, derive_seed, matching_step

NOW = 1_780_315_200
SEED = derive_seed(b"k" * 32, "somebody, somewhere")


@pytest.mark.promise("ES3", "SM8", "MS3", "FM4")
def test_codes_are_those_any_app_shows() -> None:
    code = pyotp.TOTP(SEED).at(NOW)
    assert len(code) == 6
    assert matching_step(SEED, code, NOW) == NOW // PERIOD


@pytest.mark.parametrize(
    ("steps_off", "good"), [(-40, False), (-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phone_may_be_one_step_off_and_no_more(steps_off: int, good: bool) -> None:
    code = pyotp.TOTP(SEED).at(NOW + steps_off * PERIOD)
    assert (matching_step(SEED, code, NOW) is not None) is good


def test_spaces_and_dashes_are_how_people_type() -> None:
    code = pyotp.TOTP(SEED).at(NOW)
    assert matching_step(SEED, f" {code[:3]} {code[3:]}\n", NOW)
    assert matching_step(SEED, f"{code[:3]}-{code[3:]}", NOW)


@given(st.text(max_size=30))
def test_anything_else_is_simply_wrong(text: str) -> None:
    assert matching_step(SEED, text, NOW) is None or text.strip().isdigit()


@pytest.mark.parametrize("zero", ["\N{ARABIC-INDIC DIGIT ZERO}", "\N{FULLWIDTH DIGIT ZERO}"])
def test_the_digits_of_somebodys_own_keyboard_are_those_of_the_code(zero: str) -> None:
    code = pyotp.TOTP(SEED).at(NOW)
    assert matching_step(SEED, "".join(chr(ord(zero) + int(digit)) for digit in code), NOW)


def test_each_set_up_has_a_seed_of_its_own_and_a_reload_the_same() -> None:
    assert derive_seed(b"k" * 32, "a") == derive_seed(b"k" * 32, "a")
    assert derive_seed(b"k" * 32, "a") != derive_seed(b"k" * 32, "b")
    assert derive_seed(b"k" * 32, "a") != derive_seed(b"l" * 32, "a")


@pytest.mark.promise("SA6", "ES6", "FM3")
def test_the_picture_and_the_typed_key_say_the_same() -> None:
    setup = Setup(SEED, account="jane@example.test", issuer="Acme & Sons")
    parsed = pyotp.parse_uri(setup.uri)
    assert isinstance(parsed, pyotp.TOTP)
    assert parsed.secret == setup.grouped.replace(" ", "") == SEED
    assert (parsed.name, parsed.issuer) == ("jane@example.test", "Acme & Sons")
    assert setup.picture().startswith("<svg")
