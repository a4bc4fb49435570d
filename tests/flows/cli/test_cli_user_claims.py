"""`idp users set`: every claim that apps are told of a person, under the rules of *My account*."""

from typing import Any

import pytest

from idp.admin import users
from tests.support.account import Account, mails
from tests.support.back_channel import ALL_SCOPES, BackChannelClient
from tests.support.command import Command
from tests.support.harness import Harness, Someone
from tests.support.tables import events

CLAIMS: dict[str, tuple[tuple[str, ...], Any]] = {
    "name": (("--name", "Jane Doe"), "Jane Doe"),
    "given_name": (("--given-name", "Jane"), "Jane"),
    "family_name": (("--family-name", "Doe"), "Doe"),
    "middle_name": (("--middle-name", "M."), "M."),
    "nickname": (("--nickname", "jd"), "jd"),
    "preferred_username": (("--preferred-username", "jane.doe"), "jane.doe"),
    "profile": (("--profile", "https://example.com/jane"), "https://example.com/jane"),
    "picture": (("--picture", "https://example.com/jane.png"), "https://example.com/jane.png"),
    "website": (("--website", "https://example.com/"), "https://example.com/"),
    "gender": (("--gender", "female"), "female"),
    "birthdate": (("--birthdate", "1985-02-28"), "1985-02-28"),
    "zoneinfo": (("--zoneinfo", "Europe/Paris"), "Europe/Paris"),
    "locale": (("--locale", "fr"), "fr"),
    "email": (("--email", "jane.doe@example.test"), "jane.doe@example.test"),
    "email_verified": (("--email-verified",), True),
    "phone_number": (("--phone-number", "+49 151 12345678"), "+4915112345678"),
    "phone_number_verified": (("--phone-number", "+4915112345678", "--phone-number-verified"), True),
    "address": (
        (
            *("--street-address", "1 Main St", "--postal-code", "75001", "--locality", "Paris"),
            *("--region", "IDF", "--country", "FR"),
        ),
        {
            "street_address": "1 Main St",
            "postal_code": "75001",
            "locality": "Paris",
            "region": "IDF",
            "country": "FR",
            "formatted": "1 Main St\n75001 Paris\nIDF\nFR",
        },
    ),
}


@pytest.fixture
def jane(harness: Harness) -> Someone:
    return harness.person("jane", totp=True)


@pytest.fixture
def command(harness: Harness, jane: Someone) -> Command:
    assert jane.username == "jane"
    return Command.of(harness.settings)


def told(harness: Harness, jane: Someone) -> dict[str, Any]:
    """What an app is told that may ask for everything."""
    rp = BackChannelClient(harness, f"app-{harness.services.entropy.token(4)}")
    return rp.userinfo(rp.tokens(jane, scopes=ALL_SCOPES)["access_token"]).json or {}


def remembered(harness: Harness, jane: Someone) -> int:
    """How many devices skip the second step, by the clock of the test."""
    with harness.services.database.read() as tx:
        user = users.find(tx, jane.username)
        return len(tx.devices.trusted_for_user(user.id, user.epoch))


def test_every_standard_claim_can_be_set() -> None:
    from idp.claims.standard import SCOPES

    fixed = {"sub", "updated_at"}
    assert {claim for claims in SCOPES.values() for claim in claims} - fixed == set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_told_to_apps_as_it_was_set(harness: Harness, command: Command, jane: Someone, claim: str) -> None:
    options, expected = CLAIMS[claim]
    before = told(harness, jane)
    assert claim in command.done("users", "set", "jane", *options)
    after = told(harness, jane)
    assert after[claim] == expected
    related = {claim, "updated_at", "phone_number", "phone_number_verified"}
    assert {name: value for name, value in after.items() if name not in related} == {
        name: value for name, value in before.items() if name not in related
    }
    assert events(harness, "user.changed") == 1


def test_an_empty_value_removes_a_claim(harness: Harness, command: Command, jane: Someone) -> None:
    command.done(
        "users", "set", "jane", "--nickname", "jd", "--preferred-username", "x", "--phone-number", "+4915112345678"
    )
    emptied = ("--nickname", "", "--preferred-username", "", "--email", "", "--phone-number", "", "--name", "")
    command.done("users", "set", "jane", *emptied)
    assert told(harness, jane).keys() == {"sub", "preferred_username", "updated_at"}
    assert told(harness, jane)["preferred_username"] == "jane"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "--help"),
        (("--name", "Jane"), "Nothing would change"),
        (("--email", "jane"), "not an email address"),
        (("--email", "bj\u00f6rn@example.test"), "letters other than a to z"),
        (("--email", "BOB@example.test"), "belongs to another account"),
        (("--phone-number", "12345"), "not a phone number"),
        (("--phone-number", "+44 7700 900123"), "does not exist"),
        (("--phone-number", "+49 900 1234567"), "costs extra"),
        (("--phone-number-verified",), "no phone number that could be verified"),
        (("--email", "", "--email-verified"), "no email address that could be verified"),
        (("--birthdate", "1985-02-30"), "birthdate: Enter the date"),
        (("--locale", "xx"), "locale: Choose a language"),
        (("--zoneinfo", "Mars/Base"), "zoneinfo: Choose a time zone"),
        (("--website", "javascript:alert(1)"), "website: Enter a whole web address"),
        (("--given-name", "a\u202eb"), "given name: This holds a character"),
        (("--nickname", "x" * 101), "nickname: Use at most 100"),
        (("--preferred-username", "a\nb"), "preferred username: Use at most"),
    ],
)
def test_the_rules_are_those_of_my_account(
    harness: Harness, command: Command, options: tuple[str, ...], says: str
) -> None:
    harness.person("bob")
    before = command.read("users", "show", "jane")
    assert says in command.refused("users", "set", "jane", *options)
    assert command.read("users", "show", "jane") == before
    assert events(harness, "user.changed") == 0


def test_another_address_ends_remembered_devices_and_is_told_to_both(
    harness: Harness, command: Command, jane: Someone
) -> None:
    """What docs/map.md says of a change of address holds whoever makes it."""
    account = Account(harness, jane)
    account.open(remember=True)
    assert remembered(harness, jane) == 1
    command.done("users", "set", "jane", "--email", "new@example.test")
    assert remembered(harness, jane) == 0
    assert mails(harness).count("email_changed_by_administrator") == 2
    assert told(harness, jane)["email_verified"] is False, "nobody has proven it"
    account.browser.get("/account/security")
    assert account.browser.page.status_code == 200, "sessions stay"


def test_vouching_for_an_address_ends_nothing(harness: Harness, command: Command, jane: Someone) -> None:
    account = Account(harness, jane)
    account.open(remember=True)
    assert remembered(harness, jane) == 1
    command.done("users", "set", "jane", "--email-verified")
    assert remembered(harness, jane) == 1
    command.done("users", "set", "jane", "--no-email-verified")
    assert told(harness, jane)["email_verified"] is False
    assert "email_changed_by_administrator" not in mails(harness)


def test_claims_and_the_second_step_are_set_together(harness: Harness, command: Command) -> None:
    said = command.done("users", "set", "jane", "--second-step", "required", "--yes", "--given-name", "Jane")
    assert "A second step is now required" in said
    assert "Changed jane: given_name." in said
    assert events(harness, "user.changed") == 2
