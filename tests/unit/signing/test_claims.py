"""The edges of a token's time, second by second (RFC 7519 sections 4.1.4 to 4.1.6)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.signing.jws import InvalidToken
from idp.signing.keyring import Keyring
from idp.signing.time_claims import check_times
from tests.support.jws import NOW


@pytest.mark.parametrize("leeway", [0, 30])
@pytest.mark.parametrize("allow_expired", [False, True])
def test_dead_from_the_second_of_exp_plus_leeway(leeway: int, allow_expired: bool) -> None:
    check_times({"exp": NOW}, now=NOW + leeway - 1, leeway=leeway)
    for late in (0, 1):
        if allow_expired:
            check_times({"exp": NOW}, now=NOW + leeway + late, leeway=leeway, allow_expired=True)
        else:
            with pytest.raises(InvalidToken, match="expired"):
                check_times({"exp": NOW}, now=NOW + leeway + late, leeway=leeway)


@pytest.mark.parametrize("name", ["nbf", "iat"])
@pytest.mark.parametrize("leeway", [0, 30])
@pytest.mark.parametrize("allow_expired", [False, True])
def test_alive_from_the_second_of_nbf_and_iat_minus_leeway(name: str, leeway: int, allow_expired: bool) -> None:
    claims = {"exp": NOW + 1000, name: NOW}
    for late in (0, 1):
        check_times(claims, now=NOW - leeway + late, leeway=leeway, allow_expired=allow_expired)
    with pytest.raises(InvalidToken, match=f"{name} is in the future"):
        check_times(claims, now=NOW - leeway - 1, leeway=leeway, allow_expired=allow_expired)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1900000000", True, False, None, [], {}, [1900000000]])
@pytest.mark.parametrize("allow_expired", [False, True])
def test_times_of_the_wrong_type_are_refused(name: str, value: object, allow_expired: bool) -> None:
    claims: dict[str, Any] = {"exp": NOW + 1000, name: value}
    with pytest.raises(InvalidToken, match=f"{name} is not a NumericDate"):
        check_times(claims, now=NOW, leeway=0, allow_expired=allow_expired)


@pytest.mark.parametrize("allow_expired", [False, True])
def test_a_token_without_end_is_refused(allow_expired: bool) -> None:
    with pytest.raises(InvalidToken, match="exp is missing"):
        check_times({"iat": NOW}, now=NOW, leeway=0, allow_expired=allow_expired)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_any_number_is_judged_without_a_fault(exp: float) -> None:
    try:
        check_times({"exp": exp}, now=NOW, leeway=0)
    except InvalidToken:
        assert exp <= NOW
    else:
        assert exp > NOW


def test_the_keyring_applies_them(keyring: Keyring) -> None:
    token = keyring.sign({"sub": "ada", "exp": NOW + 60}, alg="ES256", typ="JWT")
    keyring.verify(token, typ="JWT", now=NOW + 59)
    keyring.verify(token, typ="JWT", now=NOW + 69, leeway=10)
    keyring.verify(token, typ="JWT", now=NOW + 600, allow_expired=True)
    for now, leeway in ((60, 0), (61, 0), (70, 10)):
        with pytest.raises(InvalidToken, match="expired"):
            keyring.verify(token, typ="JWT", now=NOW + now, leeway=leeway)
