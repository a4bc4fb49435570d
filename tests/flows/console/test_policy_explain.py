"""Explain: what it says is what a real sign-in then does."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from idp.activity.own_sentences import sentence
from idp.admin.policy import explain
from idp.admin.policy.explain import Situation
from idp.factors.totp import PERIOD
from idp.login.policy.assurance import Level
from idp.login.policy.methods import Method
from idp.login.policy.rules import Rule, RuleKind, Terms
from idp.persistence.factors import Factor
from idp.persistence.roles import Role
from tests.support.account import Account, words
from tests.support.authenticator import Authenticator
from tests.support.console import console
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, fresh_harness
from tests.support.mailed import codes
from tests.support.passkeys import options, send, use, with_passkey
from tests.support.policy import group_of, rule, store_rules
from tests.support.relying_party import RelyingParty

EXPLAIN = "/admin/policy/explain"
WEBHOOK = {"message_webhook_url": "https://gateway.example.test/", "message_webhook_secret": "k" * 32}
KINDS = (Method.PASSKEY, Method.TOTP, Method.EMAIL)
CASES = 30


class Drawn:
    """One person, their rules, and a request, drawn at random; the same seed draws the same."""

    def __init__(self, harness: Harness, seed: int) -> None:
        self.harness, self.draw, self.name = harness, random.Random(seed), f"p{seed}"  # noqa: S311 - it draws examples
        store_rules(harness, Rule(RuleKind.ORGANISATION, Terms()))
        self.key: Authenticator | None = None
        has_totp = self.draw.random() < 0.5
        if self.draw.random() < 0.3:
            owner = with_passkey(harness, self.name, totp=has_totp)
            self.someone, self.key = owner.someone, owner.key
        else:
            self.someone = harness.person(self.name, totp=has_totp)
        with harness.services.database.write() as tx:
            user = tx.users.by_id(self.someone.id)
            assert user
            tx.users.require_second_step(user, self.draw.random() < 0.2)
            if self.draw.random() < 0.3:
                address = f"{self.name}@example.test"
                tx.factors.add(Factor(f"mail-{self.name}", Method.EMAIL, "", user.id, address=address))
        minimum = self.draw.choice([None, None, None, "mfa", "phr"])
        self.app = RelyingParty(harness, f"app-{self.name}", first_party=True, min_acr=minimum)
        self.acr_values = self.draw.choice(["", "", "mfa", "phr mfa", "pwd", "nonsense"])
        self.rules = [
            Rule(RuleKind.ORGANISATION, self.terms()),
            Rule(RuleKind.GROUP, self.terms(), group_of(harness, f"group-{self.name}", self.someone.id)),
            Rule(RuleKind.PERSON, self.terms(), self.someone.id),
            Rule(RuleKind.APP, self.terms(), self.app.app.client_id),
        ]
        store_rules(harness, *self.rules)

    def terms(self) -> Terms:
        values: dict[str, Any] = {
            "second_step": self.draw.choice([True, False]),
            "kinds": frozenset(self.draw.sample(KINDS, self.draw.randint(1, 3))),
            "min_level": self.draw.choice([Level.PWD, Level.REMEMBERED, Level.TWO_STEP, Level.MFA, Level.PHR]),
            "remember_days": self.draw.choice([0, 14]),
            "grace_days": self.draw.choice([0, 7]),
            "sign_in_hours": 8,
        }
        return Terms(**{name: value for name, value in values.items() if self.draw.random() < 0.2})

    def explained(self) -> explain.Explanation:
        with self.harness.services.database.read() as tx:
            user, client = tx.users.by_id(self.someone.id), tx.clients.by_id(self.app.app.client_id)
            assert user
            situation = Situation(user=user, client=client, acr_values=tuple(self.acr_values.split()))
            return explain.explain(tx, situation, self.harness.settings)

    def signed_in(self) -> tuple[list[str], bool, str]:
        """The pages of a real sign-in, whether it succeeded, and the acr that the app got."""
        account = Account(self.harness, self.someone)
        self.app.send(account.browser, **({"acr_values": self.acr_values} if self.acr_values else {}))
        pages: list[str] = []
        while account.at(""):
            pages.append(account.browser.at.split("?")[0].split("/", 3)[3])
            assert len(pages) < 10, pages
            self.answer(account, pages[-1])
        answer = self.app.answer(account.browser)
        if "code" not in answer:
            return pages, False, ""
        return pages, True, str(self.app.id_claims(self.app.tokens_from(answer))["acr"])

    def answer(self, account: Account, page: str) -> None:
        """Does what the page asks for."""
        browser, clock = account.browser, self.harness.clock
        clock.advance(PERIOD)
        match page:
            case "identify":
                browser.submit(username=self.someone.username, password=self.someone.password)
            case "code" if self.key and "data-passkey=" in browser.page.text:
                use(browser, self.key)
            case "code":
                browser.submit(code=self.someone.code(clock))
            case "enrol":
                browser.submit(code=pyotp.TOTP(account.key()).at(clock.now()))
            case "enrol/passkey":
                send(browser, Authenticator(ISSUER).create(options(browser)))
            case "code/email" | "enrol/email":
                if page == "enrol/email":
                    browser.submit(action="/enrol/email/send")
                browser.submit(action=f"/{page}", code=codes(self.harness, "email")[-1][1])
            case _:
                browser.submit(saved="1", choice="later")


@pytest.mark.parametrize("seed", range(CASES))
def test_explain_says_what_the_sign_in_then_does(harness: Harness, seed: int) -> None:
    drawn = Drawn(harness, seed)
    told = drawn.explained()
    pages, done, acr = drawn.signed_in()
    if not told.together:
        assert (pages, done) == ([], False)
        return
    assert (list(told.steps), told.done) == (pages, done)
    if done:
        assert told.level == acr


def test_a_remembered_device_is_explained(harness: Harness) -> None:
    owner = console(harness)
    jane = Account(harness, harness.person("jane", totp=True))
    for remembered in ("", "&remembered=1"):
        page = words(owner.open(f"{EXPLAIN}?person=jane{remembered}"))
        assert "User name and password" in page
        assert ("A second step: Authenticator app" in page) == (not remembered)
    assert jane.open(remember=True).status_code == 200


@pytest.fixture
def texting(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """An installation that sends text messages."""
    with fresh_harness(databases, tmp_path, sms_provider="webhook", **WEBHOOK) as made:
        yield made


@pytest.mark.parametrize(("last_used", "other"), [(Method.SMS, Method.TOTP), (Method.TOTP, Method.SMS)])
def test_the_methods_of_the_person_are_listed_in_the_order_of_the_page(
    texting: Harness, last_used: Method, other: Method
) -> None:
    owner, jane = console(texting), texting.person("jane", totp=True)
    with texting.services.database.write() as tx:
        tx.factors.add(Factor("text", Method.SMS, "", jane.id, address="+4915112345678"))
        used = next(factor for factor in tx.factors.for_user(jane.id) if factor.kind == last_used)
        tx.factors.record_use(used.id)
    page = words(owner.open(f"{EXPLAIN}?person=jane"))
    assert f"A second step: {last_used.spec.name}. Another way: {other.spec.name}" in page
    account = Account(texting, jane)
    account.browser.get("/account/security")
    account.browser.submit(username=jane.username, password=jane.password)
    real = words(account.browser.page)
    assert account.browser.at.split("?")[0].endswith(f"/{last_used.spec.page}")
    assert str(other.spec.title) in real
    assert str(Method.PASSKEY.spec.name) not in page


def test_every_rule_that_speaks_is_named_with_the_demand_and_the_pages(harness: Harness) -> None:
    owner, jane = console(harness), harness.person("jane")
    harness.client("web", min_acr="mfa")
    store_rules(
        harness,
        rule(RuleKind.ORGANISATION, second_step=True, remember_days=3),
        rule(RuleKind.GROUP, group_of(harness, "staff", jane.id), min_level=Level.MFA),
        rule(RuleKind.APP, "web", sign_in_hours=8),
        rule(RuleKind.NETWORK, "192.0.2.0/24", remember_days=0),
        rule(RuleKind.NETWORK, "198.51.100.0/24", grace_days=90),
    )
    page = words(owner.open(f"{EXPLAIN}?person=jane&app=web&address=192.0.2.7&acr_values=mfa&max_age=60"))
    for said in (
        "Organisation Asks for more A second step is required.",
        "Group Staff Asks for more",
        "App Web",
        "People sign in again after 8 hours.",
        "Network 192.0.2.0/24",
        "Devices are not remembered",
        "The app accepts nothing less than this",
        "The request names these levels: mfa.",
        "A second step is set up first.",
        "Set up an authenticator app",
        "Save the recovery codes",
        "Then the person is signed in, at level mfa.",
    ):
        assert said in page
    assert "198.51.100.0/24" not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("person=nobody", "nobody with this user name"),
        ("person=olga&app=none", "no app with this client id"),
        ("person=olga&address=here", "An address looks like"),
        ("person=olga&max_age=soon", "a number of seconds"),
    ],
)
def test_what_cannot_be_explained_is_said_beside_its_field(harness: Harness, typed: str, sentence: str) -> None:
    page = console(harness).browser
    page.get(f"{EXPLAIN}?{typed}")
    assert page.page.status_code == 400
    assert sentence in words(page.page)


def test_every_field_that_is_wrong_is_named_and_the_apps_are_offered(harness: Harness) -> None:
    harness.client("web")
    page = console(harness).browser
    page.get(f"{EXPLAIN}?person=nobody&app=none")
    said = words(page.page)
    assert "nobody with this user name" in said
    assert "no app with this client id" in said
    assert '<option value="web">Web</option>' in page.page.text


def test_auditors_explain_and_apps_do_not(harness: Harness) -> None:
    assert console(harness, Role.AUDITOR, "ada", path=EXPLAIN).browser.page.status_code == 200
    assert console(harness, Role.APPS, "ann").browser.get(EXPLAIN).status_code == 403


def test_each_sign_in_records_why_it_was_asked(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    number = store_rules(harness, rule(RuleKind.GROUP, group_of(harness, "staff", jane.someone.id), second_step=True))
    jane.open()
    with harness.services.database.read() as tx:
        (event,) = [each for each in tx.audit.for_user(jane.someone.id, limit=20) if each.event == "sign_in"]
    assert event.detail["policy"] == number
    assert event.detail["asked_by"] == ["group:staff", "own"]
    assert event.detail["asked"] == "remembered"
    store_rules(harness, rule(RuleKind.GROUP, "staff"))
    page = words(jane.open("/account/activity"))
    assert "The rule of a group asks for it." in page
    assert "You have set up a second step, so you were asked for it." in page
    assert sentence(event, None)


def test_activity_speaks_to_the_person_and_says_that_a_remembered_device_was_not_asked(harness: Harness) -> None:
    owner = console(harness)
    jane = Account(harness, harness.person("jane", totp=True, second_step_required=True))
    jane.open(remember=True)
    assert "An administrator requires a second step of you." in words(jane.open("/account/activity"))
    jane.post("/account/sign-out")
    page = words(jane.open("/account/activity"))
    newest, _, earlier = page.partition("You signed in.")[2].partition("You signed in.")
    assert "No second step was asked for, because the device was remembered." in newest
    assert "requires a second step" not in newest
    assert "requires a second step" in earlier
    assert "this person" not in page
    with harness.services.database.read() as tx:
        event = next(each for each in tx.audit.for_user(jane.someone.id, limit=20) if each.event == "sign_in")
    seen = words(owner.open(f"/admin/audit/{event.id}"))
    assert "No second step was asked for, because the device was remembered." in seen
