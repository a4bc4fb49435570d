"""Passkeys whose maker is trusted to say that they are in hardware: `phrh`, and who never reaches it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.app import assemble
from idp.config import BadSettings
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, fresh_harness
from tests.support.login_driver import LoginDriver
from tests.support.maker import OTHER, Maker
from tests.support.passkeys import Owner, factors, use, with_passkey
from tests.support.tables import events


@pytest.fixture
def maker() -> Maker:
    return Maker("Trusted Keys")


@pytest.fixture
def harness(databases: Databases, tmp_path: Path, maker: Maker) -> Iterator[Harness]:
    """The product, trusting two makers by a folder."""
    folder = tmp_path / "makers"
    folder.mkdir()
    (folder / "other.pem").write_bytes(Maker("Another").root)
    (folder / "trusted.pem").write_bytes(maker.root)
    with fresh_harness(databases, tmp_path, attestation_roots=str(folder)) as made:
        yield made


def worth(harness: Harness, driver: LoginDriver, owner: Owner) -> tuple[str, list[str]]:
    """What is claimed after a sign-in with nothing but the key."""
    browser = Browser(harness)
    driver.authorize(browser)
    use(browser, owner.key)
    claims = driver.claims(browser)
    assert claims
    return claims["acr"], claims["amr"]


def test_a_key_its_maker_vouches_for_reaches_the_highest_level(
    harness: Harness, driver: LoginDriver, maker: Maker
) -> None:
    jane = with_passkey(harness, batch=maker.batch())
    (kept,) = factors(harness, jane.someone)
    assert (kept.attested, kept.attestation) == (True, "packed")
    assert worth(harness, driver, jane) == ("phrh", ["hwk", "user", "mfa"])
    offered = Browser(harness).client.get("/.well-known/openid-configuration", base_url=ISSUER)
    assert json.loads(offered.text)["acr_values_supported"][-1] == "phrh"
    browser = Browser(harness)
    driver.to_code(browser, jane.someone, "phrh")
    use(browser, jane.key, verifies=False)
    claims = driver.claims(browser)
    assert claims
    assert (claims["acr"], claims["amr"]) == ("phrh", ["pwd", "hwk", "user", "mfa"])


def test_a_key_nobody_trusted_vouches_for_is_as_welcome_as_ever(
    harness: Harness, driver: LoginDriver, maker: Maker
) -> None:
    strangers = {
        "by itself": None,
        "by a maker nobody trusts": Maker("Trusted Keys").batch(),
        "for another model": maker.batch(model=OTHER),
        "by a certificate for other things": maker.batch(unit="Web Server"),
        "by what may make certificates": maker.batch(ca=True),
    }
    for number, (how, batch) in enumerate(strangers.items()):
        owner = with_passkey(harness, f"person{number}", batch=batch)
        assert not factors(harness, owner.someone)[0].attested, how
        assert worth(harness, driver, owner) == ("phr", ["pop", "user", "mfa"]), how
    synced = with_passkey(harness, "sam", batch=maker.batch(), synced=True)
    assert worth(harness, driver, synced) == ("phr", ["swk", "user", "mfa"])
    browser = Browser(harness)
    assert driver.authorize(browser, "phrh") is None
    use(browser, synced.key)
    assert driver.claims(browser) is None  # nothing of theirs reaches it


def test_a_false_signature_under_a_true_certificate_is_refused(harness: Harness, maker: Maker) -> None:
    forged = Maker("Nobody").batch()
    forged.certificate = maker.batch().certificate
    jane = with_passkey(harness, batch=forged)
    assert not factors(harness, jane.someone)
    assert events(harness, "factor.added", "failure") == 1


def test_a_maker_who_is_trusted_no_longer_vouches_no_longer(harness: Harness, maker: Maker, tmp_path: Path) -> None:
    jane = with_passkey(harness, batch=maker.batch())
    later = Harness(harness.settings.database_url, tmp_path / "later")
    assert worth(later, LoginDriver(later), jane) == ("phr", ["pop", "user", "mfa"])
    later.close()


def test_a_file_that_holds_no_certificate_stops_the_start(harness: Harness, tmp_path: Path) -> None:
    (empty := tmp_path / "empty.pem").write_text("nothing here")
    (folder := tmp_path / "folder").mkdir()
    for bad in (empty, folder, tmp_path / "missing"):
        with pytest.raises(BadSettings, match="IDP_ATTESTATION_ROOTS"):
            assemble(harness.settings.model_copy(update={"attestation_roots": str(bad)}))
