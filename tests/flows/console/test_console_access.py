"""Who gets into the console, and how fresh their sign-in must be."""

from collections.abc import Callable

import pytest

from idp.admin import Refused, groups, roles, user_actions, users
from idp.admin.permissions import COMMAND_LINE, PERMISSIONS, Permission
from idp.config import Settings
from idp.kernel.clock import HOUR
from idp.login.policy.methods import Method
from idp.login.policy.rules import RuleKind
from idp.login.state.owners import is_last_owner
from idp.persistence.groups import Group
from idp.persistence.roles import HolderKind, Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from tests.support.account import Account, words
from tests.support.console import Console, administrator, console
from tests.support.harness import Harness
from tests.support.policy import group_of, rule, store_rules
from tests.support.tables import count, events

HOME = "/admin/"


def test_the_console_begins_with_a_sign_in_and_leads_back(harness: Harness) -> None:
    owner = Console(harness, administrator(harness))
    owner.browser.get(HOME)
    assert owner.at("/identify")
    assert owner.prove().status_code == 200
    assert owner.browser.at == HOME


def test_somebody_without_a_role_is_refused_and_recorded(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    jane.open("/account/")
    page = jane.browser.get(HOME)
    assert page.status_code == 403
    assert "does not have the role" in words(page)
    assert events(harness, "admin.refused", "failure") == 1


def test_a_remembered_device_is_no_second_factor_here(harness: Harness) -> None:
    jane = Account(harness, administrator(harness))
    jane.open("/account/", remember=True)
    jane.post("/account/sign-out")
    jane.browser.get("/account/")
    jane.browser.submit(username=jane.someone.username, password=jane.someone.password)
    assert jane.browser.at == "/account/"
    jane.browser.get(HOME)
    assert jane.at("/code")


def test_after_twelve_hours_the_second_factor_is_asked_again(harness: Harness) -> None:
    owner = console(harness)
    harness.clock.advance(12 * HOUR - 60)
    assert owner.browser.get(HOME).status_code == 200
    harness.clock.advance(120)
    owner.browser.get(HOME)
    assert owner.at("/identify") or owner.at("/code")


@pytest.mark.parametrize("role", [*Role])
def test_each_role_sees_its_sections_alone(harness: Harness, role: Role) -> None:
    page = console(harness, role).browser.page.text
    assert ('href="/admin/people"' in page) == (Permission.VIEW_PEOPLE in PERMISSIONS[role])
    assert ('href="/admin/keys"' in page) == (Permission.VIEW_KEYS in PERMISSIONS[role])


def test_a_role_of_a_group_is_held_by_its_members(harness: Harness) -> None:
    jane = harness.person("jane", totp=True)
    with harness.services.database.write() as tx:
        tx.groups.add(Group("g1", "Auditors", "auditors"))
        tx.groups.add_member("g1", jane.id)
        tx.roles.grant(Role.AUDITOR, HolderKind.GROUP, "g1")
    assert Console(harness, jane).open(HOME).status_code == 200


def test_the_last_owner_is_neither_demoted_nor_disabled(harness: Harness) -> None:
    administrator(harness)
    with pytest.raises(Refused, match="somebody else an owner"), harness.services.database.write() as tx:
        roles.withdraw_from_person(tx, COMMAND_LINE, users.find(tx, "olga"), Role.OWNER, harness.settings)
    with pytest.raises(Refused, match="somebody else an owner"), harness.services.database.write() as tx:
        users.disable(tx, users.find(tx, "olga"), harness.settings)
    administrator(harness, username="otto")
    with harness.services.database.write() as tx:
        users.disable(tx, users.find(tx, "olga"), harness.settings)
        assert is_last_owner(tx, users.find(tx, "otto").id, harness.settings)


CHANGES: dict[str, Callable[[Transaction, User, Settings], object]] = {
    "demoted": lambda tx, user, settings: roles.withdraw_from_person(tx, COMMAND_LINE, user, Role.OWNER, settings),
    "disabled": users.disable,
    "deleted": user_actions.delete,
    "shut out by a group": lambda tx, user, settings: groups.add_member(
        tx, COMMAND_LINE, groups.find(tx, "Keys"), user, settings
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_owner_whom_the_policy_keeps_out_does_not_count(harness: Harness, change: str) -> None:
    """Otto has no password, and his rule lets nothing but a passkey count, which he has not."""
    administrator(harness)
    otto = administrator(harness, username="otto", password_hash=None)
    keys = group_of(harness, "keys")
    store_rules(
        harness,
        rule(RuleKind.PERSON, otto.id, kinds=frozenset({Method.PASSKEY})),
        rule(RuleKind.GROUP, keys, kinds=frozenset()),
    )
    with harness.services.database.write() as tx:
        assert tx.roles.lock_owners() > {otto.id}, "he has a factor"
    with pytest.raises(Refused, match="somebody else an owner"), harness.services.database.write() as tx:
        CHANGES[change](tx, users.find(tx, "olga"), harness.settings)
    assert count(harness, "group_members") == 0
    administrator(harness, username="ada")
    with harness.services.database.write() as tx:
        CHANGES[change](tx, users.find(tx, "olga"), harness.settings)
