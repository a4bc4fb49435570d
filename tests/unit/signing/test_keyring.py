"""Signing, verifying, publishing; and what other processes do to the keys meanwhile."""

import logging
import shutil
import threading
from pathlib import Path

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from idp.signing.jws import CompactJws, InvalidToken
from idp.signing.keyring import Keyring
from idp.signing.private_files import BrokenKeyFile, UnsafeKeyFile
from idp.signing.rotation import KeyState, RotationPolicy
from tests.support.clock import FrozenClock
from tests.support.jws import CLAIMS, NOW

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
POLICY = RotationPolicy()


def kid_of(token: str) -> str:
    kid: str = CompactJws.parse(token).header["kid"]
    return kid


def published(keyring: Keyring) -> set[str]:
    return {key["kid"] for key in keyring.jwks()["keys"]}


def test_rs256_is_the_default(keyring: Keyring) -> None:
    assert keyring.algorithms == tuple(ALGORITHMS)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_is_signed_verifies(keyring: Keyring, alg: str) -> None:
    token = keyring.sign(CLAIMS, alg=alg, typ="at+jwt")
    assert CompactJws.parse(token).header == {"alg": alg, "kid": kid_of(token), "typ": "at+jwt"}
    assert keyring.verify(token, typ="at+jwt", now=NOW) == CLAIMS


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_an_app_verifies_with_nothing_but_the_published_key(keyring: Keyring, alg: str) -> None:
    token = keyring.sign(CLAIMS, alg=alg, typ="JWT")
    (public,) = [key for key in keyring.jwks()["keys"] if key["kid"] == kid_of(token)]
    judge = JWS()
    judge.allowed_algs = [alg]
    judge.deserialize(token, JWK(**public))
    assert judge.is_valid


def test_the_jwks_holds_public_members_only(keyring: Keyring) -> None:
    common = {"kty", "use", "alg", "kid"}
    members = {key["alg"]: set(key) - common for key in keyring.jwks()["keys"]}
    assert members == {"RS256": {"n", "e"}, "PS256": {"n", "e"}, "ES256": {"crv", "x", "y"}, "EdDSA": {"crv", "x"}}
    assert {key["use"] for key in keyring.jwks()["keys"]} == {"sig"}


@pytest.mark.parametrize("alg", ["HS256", "none", "PS384", ""])
def test_other_algorithms_do_not_sign(keyring: Keyring, alg: str) -> None:
    with pytest.raises(ValueError, match="no key signs with"):
        keyring.sign(CLAIMS, alg=alg, typ="JWT")


def test_an_algorithm_switched_off_verifies_but_does_not_sign(keys_path: Path, clock: FrozenClock) -> None:
    token = Keyring.open(keys_path, clock=clock).sign(CLAIMS, alg="EdDSA", typ="JWT")
    narrower = Keyring.open(keys_path, clock=clock, policy=RotationPolicy(algorithms=("RS256",)))
    assert narrower.algorithms == ("RS256",)
    assert narrower.verify(token, typ="JWT", now=NOW) == CLAIMS
    with pytest.raises(ValueError, match="no key signs with"):
        narrower.sign(CLAIMS, alg="EdDSA", typ="JWT")
    with pytest.raises(ValueError, match="no key signs with"):
        narrower.rotate(algs=["EdDSA"])


def test_numbers_that_are_not_json_are_not_signed(keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        keyring.sign({"exp": float("inf")}, alg="ES256", typ="JWT")


def test_rotation_publishes_then_signs_then_retires_then_removes(keyring: Keyring, clock: FrozenClock) -> None:
    token = keyring.sign(CLAIMS, alg="ES256", typ="JWT")
    keyring.rotate(force=True, algs=["ES256"])
    (waiting,) = [status.key.kid for status in keyring.survey() if status.state is KeyState.NEXT]
    assert waiting in published(keyring)
    clock.advance(POLICY.publish_ahead - 1)
    assert kid_of(keyring.sign(CLAIMS, alg="ES256", typ="JWT")) == kid_of(token)
    clock.advance(1)
    assert kid_of(keyring.sign(CLAIMS, alg="ES256", typ="JWT")) == waiting
    clock.advance(POLICY.longest_token)
    keyring.rotate()
    assert keyring.verify(token, typ="JWT", now=NOW) == CLAIMS
    clock.advance(POLICY.margin)
    keyring.rotate()
    assert kid_of(token) not in published(keyring)
    with pytest.raises(InvalidToken, match="kid is not ours"):
        keyring.verify(token, typ="JWT", now=NOW)


def test_the_schedule_alone_rotates_after_ninety_days(keyring: Keyring, clock: FrozenClock) -> None:
    before = published(keyring)
    clock.advance(89 * 86400)
    keyring.rotate()
    assert len(published(keyring)) == 2 * len(ALGORITHMS)
    clock.advance(86400)
    assert all(kid_of(keyring.sign(CLAIMS, alg=alg, typ="JWT")) not in before for alg in ALGORITHMS)


def test_another_process_s_rotation_is_seen_within_ten_seconds(
    keyring: Keyring, keys_path: Path, clock: FrozenClock
) -> None:
    other = Keyring.open(keys_path, clock=clock)
    other.rotate(force=True, algs=["ES256"])
    clock.advance(9)
    assert published(keyring) != published(other)
    clock.advance(1)
    assert published(keyring) == published(other)


def test_a_token_of_a_key_made_elsewhere_this_second_verifies(
    keyring: Keyring, keys_path: Path, clock: FrozenClock
) -> None:
    other = Keyring.open(keys_path, clock=clock)
    other.rotate(at_once=True, algs=["ES256"])
    token = other.sign(CLAIMS, alg="ES256", typ="JWT")
    assert keyring.verify(token, typ="JWT", now=NOW) == CLAIMS


def test_a_clock_set_back_does_not_stop_the_refresh(keyring: Keyring, keys_path: Path, clock: FrozenClock) -> None:
    Keyring.open(keys_path, clock=clock).rotate(force=True, algs=["ES256"])
    clock.advance(-86400)
    assert len(published(keyring)) == len(ALGORITHMS) + 1


def test_sign_in_goes_on_when_the_keys_directory_vanishes(
    keyring: Keyring, keys_path: Path, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(keys_path)
    clock.advance(60)
    with caplog.at_level(logging.ERROR):
        token = keyring.sign(CLAIMS, alg="ES256", typ="JWT")
    assert keyring.verify(token, typ="JWT", now=NOW) == CLAIMS
    assert "going on with those in memory" in caplog.text


def test_a_spoilt_file_added_later_changes_nothing(
    keyring: Keyring, keys_path: Path, clock: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    before = published(keyring)
    (keys_path / "signing-stray.json").touch(0o600)
    clock.advance(60)
    with caplog.at_level(logging.ERROR):
        assert published(keyring) == before
    assert "signing-stray.json is not JSON" in caplog.text


def test_a_key_whose_file_was_deleted_verifies_no_more(keyring: Keyring, keys_path: Path, clock: FrozenClock) -> None:
    token = keyring.sign(CLAIMS, alg="ES256", typ="JWT")
    keyring.rotate(at_once=True, algs=["ES256"])
    (keys_path / f"signing-{kid_of(token)}.json").unlink()
    clock.advance(10)
    with pytest.raises(InvalidToken, match="kid is not ours"):
        keyring.verify(token, typ="JWT", now=NOW)


def test_a_key_file_that_others_can_read_stops_the_start(keys_path: Path, clock: FrozenClock) -> None:
    next(keys_path.glob("signing-*.json")).chmod(0o640)
    with pytest.raises(UnsafeKeyFile, match="chmod 600"):
        Keyring.open(keys_path, clock=clock)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"alg": "ES256"', '"alg": "RS256"'),
        ('"alg": "ES256"', '"alg": "HS256"'),
        ('"d":', '"hidden":'),
        ('"signs_from": 1', '"signs_from": "1", "x": 1'),
        ('"serial": 1', '"serial": 1.5'),
        ('"kid": "', '"kid": "x'),
        ('"kty": "EC"', '"kty": "XX"'),
    ],
)
def test_a_key_file_that_was_edited_stops_the_start(keys_path: Path, clock: FrozenClock, old: str, new: str) -> None:
    (file,) = [path for path in keys_path.glob("signing-*.json") if '"ES256"' in path.read_text()]
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(BrokenKeyFile, match="is not a signing key"):
        Keyring.open(keys_path, clock=clock)


def test_a_key_file_under_another_name_stops_the_start(keys_path: Path, clock: FrozenClock) -> None:
    """A `kid` is the key's thumbprint, so no key can be slipped in under the name of a published one."""
    file = next(keys_path.glob("signing-*.json"))
    kid = file.stem.removeprefix("signing-")
    renamed = file.rename(keys_path / "signing-other.json")
    renamed.write_text(renamed.read_text().replace(kid, "other"))
    with pytest.raises(BrokenKeyFile, match="is not a signing key"):
        Keyring.open(keys_path, clock=clock)


def test_rotation_under_load_loses_no_verification(keyring: Keyring, keys_path: Path, clock: FrozenClock) -> None:
    """On two nodes each algorithm is signed and verified with, each other's tokens, while a third party rotates."""
    other = Keyring.open(keys_path, clock=clock)
    done = threading.Event()
    failures: list[BaseException] = []
    verified: list[int] = []

    def work(alg: str, signer: Keyring, verifier: Keyring) -> None:
        try:
            while not done.is_set():
                token = signer.sign(CLAIMS, alg=alg, typ="JWT")
                assert verifier.verify(token, typ="JWT", now=NOW) == CLAIMS
                verified.append(1)
        except BaseException as err:  # noqa: BLE001 - a thread must hand its failure to the test
            failures.append(err)

    pairs = [(keyring, other), (other, keyring)] * 2
    threads = [threading.Thread(target=work, args=(alg, *pair)) for alg, pair in zip(ALGORITHMS, pairs, strict=True)]
    for thread in threads:
        thread.start()
    rotator = Keyring.open(keys_path, clock=clock)
    for _ in range(20):
        rotator.rotate(at_once=True, algs=["ES256", "EdDSA"])
    for _ in range(2):  # a key for RSA takes a hundred times as long to make
        rotator.rotate(at_once=True, algs=["RS256", "PS256"])
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(verified) > 20
