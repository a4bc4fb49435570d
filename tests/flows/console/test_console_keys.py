"""Signing keys in the console: their states, and rotation with what it does to apps."""

from idp.kernel.clock import DAY, MINUTE
from idp.persistence.roles import Role
from idp.signing.algorithms import OWN
from tests.support.account import words
from tests.support.console import console
from tests.support.harness import Harness
from tests.support.tables import events

PAGE = "/admin/keys"


def states(harness: Harness, alg: str) -> list[str]:
    return [str(found.state) for found in harness.services.keyring.survey() if found.key.alg == alg]


def test_each_key_says_its_state_and_when_it_turns(harness: Harness) -> None:
    owner = console(harness)
    said = words(owner.browser.get(PAGE))
    assert said.count("In use") == len(OWN)
    assert "The next key is due on" in said
    harness.services.keyring.rotate(at_once=True)
    harness.services.keyring.rotate(force=True)
    said = words(owner.browser.get(PAGE))
    assert said.count("Retired") == said.count("Published, not used yet") == len(OWN)
    assert "Published until" in said


def test_rotation_says_what_it_does_and_is_recorded(harness: Harness) -> None:
    owner = console(harness)
    asked = words(owner.browser.get(f"{PAGE}/rotate?alg=ES256"))
    assert "For ES256. They are used from 2 June 2026" in asked
    assert "need nothing" in asked
    assert "Nobody is signed out" in asked
    owner.browser.submit(action="/rotate")
    assert "next keys are published" in words(owner.browser.page)
    assert (states(harness, "ES256"), states(harness, "RS256")) == (["active", "next"], ["active"])
    assert events(harness, "keys.rotated") == 1
    again = owner.browser.get(f"{PAGE}/rotate?alg=ES256")
    assert again.status_code == 409
    assert "published already" in words(again)
    assert owner.post(f"{PAGE}/rotate", alg="ES256").status_code == 409
    assert events(harness, "keys.rotated") == 1


def test_keys_that_may_be_known_are_replaced_at_once(harness: Harness) -> None:
    owner = console(harness)
    assert "refuses sign-ins at once" in words(owner.browser.get(f"{PAGE}/replace"))
    owner.browser.submit(action="/replace")
    assert "New keys are in use" in words(owner.browser.page)
    assert [states(harness, alg) for alg in OWN] == [["retired", "active"]] * len(OWN)
    assert owner.browser.get(f"{PAGE}/rotate?alg=HS256").status_code == 404


def test_rotation_wants_a_recent_second_step(harness: Harness) -> None:
    owner = console(harness)
    harness.clock.advance(11 * MINUTE)
    owner.browser.get(f"{PAGE}/rotate")
    assert owner.at("/code") or owner.at("/identify")
    owner.post(f"{PAGE}/replace")
    assert states(harness, "RS256") == ["active"]
    harness.clock.advance(DAY)


def test_auditors_look_and_rotate_nothing(harness: Harness) -> None:
    auditor = console(harness, Role.AUDITOR)
    page = auditor.browser.get(PAGE)
    assert "/rotate" not in page.text
    assert auditor.browser.get(f"{PAGE}/rotate").status_code == 403
    assert auditor.post(f"{PAGE}/rotate").status_code == 403
    assert states(harness, "RS256") == ["active"]
