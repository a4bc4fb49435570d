"""The policy page: rules are added, changed, removed and returned to, with a reason each."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from idp.kernel.clock import HOUR
from idp.login.policy.assurance import Level
from idp.login.policy.methods import Method
from idp.login.policy.rules import RuleKind, Terms
from idp.login.state.policy_rules import present_rules
from idp.persistence.roles import Role
from tests.support.account import Account, words
from tests.support.console import Console, administrator, console
from tests.support.harness import Harness
from tests.support.policy import group_of, rule, store_rules
from tests.support.tables import events

POLICY = "/admin/policy"
REVIEW = f"{POLICY}/review"


def review(owner: Console, **typed: str) -> str:
    """Opens the page that shows what a rule would change; returns its words."""
    owner.open(f"{REVIEW}?{urlencode({'kind': 'organisation', 'base': '0'} | typed)}")
    return words(owner.browser.page)


def save(owner: Console, reason: str = "as agreed") -> None:
    owner.browser.submit(action=REVIEW, reason=reason)


def present(harness: Harness, kind: RuleKind = RuleKind.ORGANISATION, subject: str = "") -> Terms | None:
    with harness.services.database.read() as tx:
        found = present_rules(tx).get(kind, subject)
    return found.terms if found else None


@pytest.mark.promise("SM3", "SM4", "ES23")
def test_the_switch_of_the_team_makes_everybody_set_up_a_second_step(harness: Harness) -> None:
    owner = console(harness, path=POLICY)
    assert "Require two-step authentication for your team" in words(owner.browser.page)
    href = re.search(r'id="switch" href="([^"]+)"', owner.browser.page.text)
    assert href
    harness.person("max")
    owner.open(href[1].replace("&amp;", "&"))
    said = words(owner.browser.page)
    assert "Asked to set up a second step at their next sign-in 1" in said
    save(owner, "asked for by our auditors")
    assert owner.browser.at.startswith(POLICY)
    assert "It applies from now on" in words(owner.browser.page)
    max_ = Account(harness, harness.person("mia"))
    max_.browser.get("/account/")
    max_.browser.submit(username="mia", password=max_.someone.password)
    assert max_.at("/enrol")
    assert events(harness, "policy.changed") == 1


@pytest.mark.promise("ES20", "ES29")
def test_without_the_switch_a_second_step_is_everybodys_own_choice(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    assert "Turn off the second step" in words(jane.open())
    store_rules(harness, rule(RuleKind.ORGANISATION, second_step=True))
    assert "Turn off the second step" not in words(jane.open())
    store_rules(harness, rule(RuleKind.ORGANISATION, second_step=False))
    assert "Turn off the second step" in words(jane.open())


def test_a_rule_of_each_kind_is_added_changed_and_removed(harness: Harness) -> None:
    owner, jane = console(harness), harness.person("jane")
    group, app = group_of(harness, "staff", jane.id), harness.client("web")
    kinds = {"group": ("Staff", group), "person": ("jane", jane.id), "app": ("web", app.client_id)}
    for number, (kind, (typed, subject)) in enumerate((kinds | {"network": ("10.1.2.3/8", "10.0.0.0/8")}).items()):
        owner.open(f"{POLICY}/rule?kind={kind}")
        owner.browser.client.get(owner.browser.at)
        review(owner, kind=kind, subject=typed, min_level="mfa", base=str(3 * number))
        save(owner)
        assert present(harness, RuleKind(kind), subject) == Terms(min_level=Level.MFA)
        review(owner, kind=kind, subject=subject, remember_days="0", base=str(3 * number + 1))
        save(owner)
        assert present(harness, RuleKind(kind), subject) == Terms(remember_days=0)
        assert subject in owner.open(POLICY).text
        assert "This rule would be removed" in review(owner, kind=kind, subject=subject, base=str(3 * number + 2))
        save(owner)
        assert present(harness, RuleKind(kind), subject) is None


def test_every_field_is_stored_and_shown_again(harness: Harness) -> None:
    owner = console(harness)
    typed = {"second_step": "yes", "min_level": "mfa", "remember_days": "3", "sign_in_hours": "8", "grace_days": "5"}
    owner.open(
        f"{REVIEW}?{urlencode(typed)}&kind=organisation&base=0&codes_viewable=yes&may_close=no&kinds=totp&kinds=passkey"
    )
    save(owner)
    assert present(harness) == Terms(
        second_step=True,
        kinds=frozenset({Method.TOTP, Method.PASSKEY}),
        min_level=Level.MFA,
        remember_days=3,
        sign_in_hours=8,
        grace_days=5,
        codes_viewable=True,
        may_close=False,
    )
    form = owner.open(f"{POLICY}/rule?kind=organisation").text
    assert 'name="kinds" value="totp" checked' in form
    assert 'value="8"' in form
    assert "Only these second steps count: Passkey, Authenticator app." in words(owner.open(POLICY))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": "group", "subject": "nobody's"}, "no group with this name"),
        ({"kind": "person", "subject": "nobody"}, "nobody with this user name"),
        ({"kind": "app", "subject": "none"}, "no app with this client id"),
        ({"kind": "network", "subject": "10.0.0"}, "A network looks like"),
        ({"remember_days": "400"}, "from 0 to 365"),
        ({"sign_in_hours": "0"}, "from 1 to 8760"),
        ({"grace_days": "-1"}, "from 0 to 90"),
        ({"min_level": "best"}, "Choose one of the entries"),
        ({"second_step": "maybe"}, "Choose one of the entries"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_typed_is_lost(
    harness: Harness, typed: dict[str, str], sentence: str
) -> None:
    owner = console(harness)
    assert sentence in review(owner, **({"codes_viewable": "yes"} | typed))
    assert owner.browser.page.status_code == 400
    for value in typed.values():
        assert value in unescape(owner.browser.page.text) or value in {"best", "maybe"}


def test_a_change_in_between_is_refused_and_nothing_typed_is_lost(harness: Harness) -> None:
    owner = console(harness)
    review(owner, second_step="yes", grace_days="7")
    store_rules(harness, rule(RuleKind.ORGANISATION, remember_days=0))
    save(owner, "my reason")
    assert owner.browser.page.status_code == 400
    assert "Somebody else changed the policy" in words(owner.browser.page)
    assert 'value="my reason"' in owner.browser.page.text
    assert present(harness) == Terms(remember_days=0)
    save(owner, "my reason")
    assert present(harness) == Terms(second_step=True, grace_days=7)


def test_each_change_has_a_reason(harness: Harness) -> None:
    owner = console(harness)
    review(owner, second_step="yes")
    save(owner, "  ")
    assert "Say why" in words(owner.browser.page)
    assert present(harness) is None


def test_a_policy_that_locks_every_owner_out_is_refused(harness: Harness) -> None:
    owner = console(harness)
    assert "Could not sign in any more 1" in review(owner, min_level="phr")
    save(owner)
    assert owner.browser.page.status_code == 400
    assert "No owner could sign in to this console any more" in words(owner.browser.page)
    assert present(harness) is None
    owner.open(f"{REVIEW}?kind=organisation&base=0&kinds=email")  # a code by email is no second factor
    save(owner)
    assert "No owner could sign in to this console any more" in words(owner.browser.page)


def test_history_names_author_and_reason_and_leads_back(harness: Harness) -> None:
    owner = console(harness)
    review(owner, second_step="yes")
    save(owner, "asked for by our auditors")
    review(owner, base="1", second_step="yes", remember_days="0")
    save(owner, "a laptop was stolen")
    said = words(owner.open(f"{POLICY}/history"))
    assert "asked for by our auditors" in said
    assert "Olga" in said
    said = words(owner.open(f"{POLICY}/history/2"))
    assert "Devices are not remembered" in said
    owner.open(f"{POLICY}/history/1")
    owner.browser.submit(action="/history/1")
    assert "The earlier rules apply again" in words(owner.browser.page)
    assert present(harness) == Terms(second_step=True)
    assert owner.open(f"{POLICY}/history/3").status_code == 200
    assert owner.browser.get(f"{POLICY}/history/9").status_code == 404


def test_only_owners_change_it_and_auditors_look(harness: Harness) -> None:
    auditor = console(harness, Role.AUDITOR, "ada", path=POLICY)
    assert "Turn on" not in words(auditor.browser.page)
    assert auditor.browser.get(f"{REVIEW}?kind=organisation&second_step=yes").status_code == 403
    assert auditor.post(REVIEW, kind="organisation", second_step="yes", base="0", reason="x").status_code == 403
    apps = Console(harness, administrator(harness, Role.APPS, "ann"))
    apps.open("/admin/")
    assert apps.browser.get(POLICY).status_code == 403
    assert present(harness) is None


def test_a_stale_session_proves_itself_again_before_saving(harness: Harness) -> None:
    owner = console(harness)
    review(owner, second_step="yes")
    harness.clock.advance(HOUR)
    save(owner)
    assert owner.at("/code") or owner.at("/identify")
    assert present(harness) is None


def test_the_count_goes_on_from_page_to_page(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = console(harness)
    for number in range(5):
        harness.person(f"p{number}", password_hash="x")
    monkeypatch.setattr("idp.admin.policy.preview.STEP", 2)
    said = review(owner, second_step="yes")
    pages = 1
    while refresh := re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', owner.browser.page.text):
        assert "people are counted so far" in said
        owner.browser.get(refresh[1].replace("&amp;", "&"))
        said, pages = words(owner.browser.page), pages + 1
    assert pages == 3
    assert "next sign-in 5" in said
    forged = dict(parse_qsl(urlsplit(owner.browser.at).query)) | {"grace_days": "7"}
    owner.browser.get(f"{REVIEW}?{urlencode(forged)}")
    assert "2 of about" in words(owner.browser.page), "what was counted for another rule does not count"


def test_names_of_those_concerned_are_listed(harness: Harness) -> None:
    owner, jane = console(harness), harness.person("jane")
    review(owner, second_step="yes")
    owner.browser.get(f"{POLICY}/review/people?kind=organisation&second_step=yes&effect=set-up")
    assert "jane" in owner.browser.page.text
    assert f"/admin/people/{jane.id}" in owner.browser.page.text
    assert "Olga" not in words(owner.browser.page).split("Asked to set up")[-1]
