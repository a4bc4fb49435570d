"""The heart, as laws: what proofs are worth, and that nothing can make a claim lie."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login.policy.assurance import LEVELS, NOBODY, Level, assess, best_of_all, reachable
from idp.login.policy.methods import LASTING, SECOND, Method
from idp.login.policy.proofs import Freshness, Key, Proof, counted, from_rows, latest, to_rows

PASSWORD = Proof(Method.PASSWORD, "password", 100)
TOTP = Proof(Method.TOTP, "app", 130)
RECOVERY = Proof(Method.RECOVERY_CODE, "recovery", 140)
DEVICE = Proof(Method.DEVICE, "laptop", 50)
EMAIL = Proof(Method.EMAIL, "mailbox", 145)
SMS = Proof(Method.SMS, "number", 146)
WHATSAPP = Proof(Method.WHATSAPP, "account", 147)
TOUCH = Proof(Method.PASSKEY, "key", 150, key=Key.POP)
CHECKED = Proof(Method.PASSKEY, "key", 150, verified=True, key=Key.POP)
SYNCED = Proof(Method.PASSKEY, "phone key", 150, verified=True, key=Key.SYNCED)
ATTESTED = Proof(Method.PASSKEY, "token", 150, verified=True, key=Key.ATTESTED)

times = st.integers(0, 1000)
factors = {
    Method.PASSWORD: ["password"],
    Method.TOTP: ["app", "old app"],
    Method.RECOVERY_CODE: ["recovery"],
    Method.PASSKEY: ["key", "phone key"],
    Method.EMAIL: ["mailbox"],
    Method.SMS: ["number"],
    Method.WHATSAPP: ["account"],
    Method.DEVICE: ["laptop", "phone"],
}


def _proof(method: Method, factor: str, at: int, verified: bool) -> Proof:
    """A proof as it can be: only passkeys check their owner, and each is kept one way."""
    if method is not Method.PASSKEY:
        return Proof(method, factor, at)
    return Proof(method, factor, at, verified=verified, key=Key.SYNCED if factor == "phone key" else Key.POP)


proofs = st.sampled_from(list(Method)).flatmap(
    lambda method: st.builds(_proof, st.just(method), st.sampled_from(factors[method]), times, st.booleans())
)
collections = st.lists(proofs, max_size=6).map(tuple)
living = st.sets(st.sampled_from([name for names in factors.values() for name in names])).map(frozenset)


@pytest.mark.promise("SM1", "MS1", "ES1")
@pytest.mark.parametrize(
    ("given_proofs", "acr", "amr"),
    [
        ([PASSWORD], "pwd", ("pwd",)),
        ([PASSWORD, DEVICE], "remembered", ("pwd",)),
        ([PASSWORD, TOTP], "mfa", ("pwd", "otp", "mfa")),
        ([PASSWORD, RECOVERY], "mfa", ("pwd", "otp", "mfa")),
        ([PASSWORD, TOTP, DEVICE], "mfa", ("pwd", "otp", "mfa")),
        ([PASSWORD, EMAIL], "two-step", ("pwd", "otp", "mca")),
        ([PASSWORD, EMAIL, DEVICE], "two-step", ("pwd", "otp", "mca")),
        ([PASSWORD, SMS], "mfa", ("pwd", "sms", "mca", "mfa")),
        ([PASSWORD, WHATSAPP], "mfa", ("pwd", "otp", "mca", "mfa")),
        ([PASSWORD, EMAIL, TOTP], "mfa", ("pwd", "otp", "mca", "mfa")),
        ([TOUCH, SMS], "pwd", ("sms", "mca", "pop", "user")),
        ([CHECKED], "phr", ("pop", "user", "mfa")),
        ([SYNCED], "phr", ("swk", "user", "mfa")),
        ([ATTESTED], "phrh", ("hwk", "user", "mfa")),
        ([TOUCH], "pwd", ("pop", "user")),
        ([TOUCH, TOTP], "pwd", ("otp", "pop", "user")),
        ([TOUCH, DEVICE], "remembered", ("pop", "user")),
        ([PASSWORD, TOUCH], "phr", ("pwd", "pop", "user", "mfa")),
        ([PASSWORD, SYNCED], "phr", ("pwd", "swk", "user", "mfa")),
        ([PASSWORD, TOTP, TOUCH], "phr", ("pwd", "otp", "pop", "user", "mfa")),
    ],
)
def test_what_proofs_are_worth(given_proofs: list[Proof], acr: str, amr: tuple[str, ...]) -> None:
    reached = assess(given_proofs)
    assert (reached.level.acr, reached.amr) == (acr, amr)


@pytest.mark.parametrize("alone", [TOTP, RECOVERY, DEVICE, EMAIL, SMS])
def test_nothing_is_worth_anything_without_a_first_factor(alone: Proof) -> None:
    assert assess([alone]) == NOBODY


def test_auth_time_is_the_last_real_proof_and_never_the_waiver() -> None:
    later_waiver = Proof(Method.DEVICE, "laptop", 999)
    assert assess([PASSWORD, later_waiver]).auth_time == PASSWORD.at
    assert assess([PASSWORD, TOTP]).auth_time == TOTP.at


def test_the_second_factor_behind_a_remembered_device_keeps_its_own_time() -> None:
    assert assess([PASSWORD, DEVICE]).second_factor_at == DEVICE.at
    assert assess([PASSWORD]).second_factor_at is None


@given(collections, collections)
def test_more_proof_never_loses(some: tuple[Proof, ...], more: tuple[Proof, ...]) -> None:
    assert assess((*some, *more)).level >= assess(some).level


@given(collections)
def test_a_waiver_never_reaches_amr(some: tuple[Proof, ...]) -> None:
    real = tuple(proof for proof in some if proof.method is not Method.DEVICE)
    assert assess(some).amr == assess(real).amr


@given(collections)
def test_mfa_is_claimed_only_for_two_kinds_of_factor(some: tuple[Proof, ...]) -> None:
    methods = {proof.method for proof in some}
    known = Method.PASSWORD in methods and methods & SECOND - {Method.EMAIL}  # a mailbox is no factor
    assert ("mfa" in assess(some).amr) == bool(known or any(proof.verified for proof in some))


@given(collections)
def test_phishing_resistance_is_claimed_only_for_a_passkey_that_is_not_alone(some: tuple[Proof, ...]) -> None:
    passkeys = [proof for proof in some if proof.method is Method.PASSKEY]
    helped = any(proof.method is Method.PASSWORD for proof in some)
    resists = any(proof.verified or helped for proof in passkeys)
    assert (assess(some).level >= Level.PHR) == resists


@given(collections, living, times)
def test_an_old_passkey_is_no_second_factor(some: tuple[Proof, ...], live: frozenset[str], second_since: int) -> None:
    reached = assess(counted(some, live=live, freshness=Freshness(0, second_since)))
    fresh = any(proof.at >= second_since and proof.factor in live for proof in some if proof.method is Method.PASSKEY)
    assert fresh or reached.level < Level.PHR


def test_a_stored_proof_of_an_earlier_version_still_counts() -> None:
    assert from_rows([{"method": "password", "factor": "password", "at": 100}]) == (PASSWORD,)
    assert to_rows([PASSWORD]) == [{"method": "password", "factor": "password", "at": 100}]


@given(collections, living, times, times)
def test_stale_and_removed_factors_never_count(
    some: tuple[Proof, ...], live: frozenset[str], since: int, second_since: int
) -> None:
    for proof in counted(some, live=live, freshness=Freshness(since, second_since)):
        assert proof.factor in live
        assert proof.method is Method.DEVICE or proof.at >= since
        assert proof.method not in SECOND or proof.at >= second_since or not proof.verified


@given(collections, living, times)
def test_less_that_counts_never_reaches_more(some: tuple[Proof, ...], live: frozenset[str], since: int) -> None:
    assert assess(counted(some, live=live, freshness=Freshness(since))).level <= assess(some).level


@given(collections)
def test_storing_loses_nothing_that_counts(some: tuple[Proof, ...]) -> None:
    kept = from_rows(to_rows(some))
    assert kept == latest(some)
    assert assess(kept) == assess(some)


def test_levels_are_in_the_order_the_product_promises() -> None:
    assert list(LEVELS) == ["pwd", "remembered", "two-step", "mfa", "phr", "phrh"]
    assert sorted(LEVELS.values()) == list(LEVELS.values())


@given(st.sets(st.sampled_from(list(Method))), st.booleans())
def test_nobody_reaches_more_than_their_ways_of_proving_allow(methods: set[Method], attested: bool) -> None:
    key = Key.ATTESTED if attested else Key.POP
    lasting = methods - {Method.RECOVERY_CODE} if methods & LASTING else methods  # a code stands in for something else
    given_proofs = [_proof(method, factors[method][0], 1, True) for method in lasting]
    vouched = [replace(proof, key=proof.key and key) for proof in given_proofs]
    assert assess(vouched).level <= max(reachable(methods, attested=attested), Level.REMEMBERED)
    assert reachable(methods, attested=attested) <= best_of_all(attested=attested)
