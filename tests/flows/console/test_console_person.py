"""One person in the console: what is shown, and each change with its mail, its activity and its refusals."""

import functools
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.admin import roles, users
from idp.admin.permissions import COMMAND_LINE
from idp.console.pages.people.action_table import ACTIONS
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.clock import DAY
from idp.persistence.roles import HolderKind, Role
from idp.persistence.users import User
from tests.support.account import EMAIL, Account, forget_mail, grant, mails, words
from tests.support.browser import Browser
from tests.support.concurrency import rush
from tests.support.console import Console, administrator, console
from tests.support.harness import PASSWORD, Harness, Someone
from tests.support.mailed import email_links, links, rendered_mails, told_by_administrator
from tests.support.tables import count, events, rows

LONG = "violet tram sleeps under nine bridges"


def path(person: Someone | str, action: str = "") -> str:
    """The path of a person's page, or of a change."""
    user_id = person if isinstance(person, str) else person.id
    return f"/admin/people/{user_id}{f'/{action}' if action else ''}"


def stored(harness: Harness, user_id: str) -> User:
    with harness.services.database.read() as tx:
        found = tx.users.by_id(user_id)
    assert found is not None
    return found


def do(admin: Console, person: Someone | str, action: str, **fields: str) -> str:
    """Asks and confirms as a person would; what the next page says."""
    query = "?" + "&".join(f"{name}={value}" for name, value in fields.items()) if fields else ""
    question = admin.browser.get(f"{path(person, action)}{query}")
    if admin.at("/(identify|code)"):
        admin.prove()
        question = admin.browser.page
    assert question.status_code == 200, question.text
    admin.browser.submit(action=path(person, action))
    return words(admin.browser.page)


def last_event(harness: Harness, person: Someone) -> tuple[str, str | None]:
    with harness.services.database.read() as tx:
        event = tx.audit.for_user(person.id, limit=1)[0]
    return event.event, event.actor_id


@pytest.mark.promise("SM12", "FM27")
def test_a_persons_page_shows_everything(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True, second_step_required=True))
    jane.open(remember=True)
    assert jane.session
    harness.client("web")
    grant(harness, jane.someone.id, jane.session.sid, offline=True)
    admin = console(harness)
    said = words(admin.browser.get(path(jane.someone)))
    for part in (
        "2FA Status On",
        "2FA Required Required",
        "Authenticator app Since",
        "8 of 8 left",
        "jane@example.test",
        "Firefox",
        "Remembered",
        "Web",
        "In no group, and without a role.",
        "jane signed in.",
        "Show everything",
    ):
        assert part in said, part


@pytest.mark.promise("ES2", "ES21")
def test_required_is_asked_before_it_is_saved(harness: Harness) -> None:
    jane = harness.person("jane")
    admin = console(harness)
    question = admin.browser.get(path(jane, "require"))
    assert "Require a second step of Jane?" in words(question)
    assert not stored(harness, jane.id).second_step_required
    assert "A second step is required now." in do(admin, jane, "require")
    assert stored(harness, jane.id).second_step_required
    assert mails(harness)[-1] == "second_step_required"
    assert last_event(harness, jane) == ("user.changed", admin.someone.id)
    do(admin, jane, "do-not-require")
    assert not stored(harness, jane.id).second_step_required
    assert mails(harness)[-1] == "second_step_optional"


@pytest.mark.promise("ES22")
def test_somebody_signed_in_sees_a_bar_and_cannot_turn_it_off(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane"))
    jane.open("/account/")
    assert "Set it up now" not in words(jane.browser.page)
    do(console(harness), jane.someone, "require")
    jane.browser.get("/account/")
    assert jane.at(".*") or "second step" in words(jane.browser.page)


@pytest.mark.promise("ES24", "ES25", "ES26", "ES27", "ES30")
def test_reset_removes_the_second_step_and_keeps_sessions_and_required(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True, second_step_required=True))
    jane.open("/account/", remember=True)
    admin = console(harness)
    assert "Reset the second step of Jane?" in words(admin.browser.get(path(jane.someone, "reset-2fa")))
    said = do(admin, jane.someone, "reset-2fa")
    assert "2FA Status Off" in said
    assert "2FA Required Required" in said
    assert jane.session is not None
    assert count(harness, "recovery_codes") == 8, "those of the administrator alone"
    assert stored(harness, jane.someone.id).factor_kinds == ""
    assert mails(harness)[-1] == "second_step_removed_by_administrator"
    assert "An administrator removed your second step" in told_by_administrator(harness)
    jane.post("/account/sign-out")
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=PASSWORD)
    assert jane.at("/enrol(/.*)?"), "a required person sets up a new one at the next sign-in"


@pytest.mark.promise("ES29")
def test_who_must_have_it_is_not_offered_to_turn_it_off(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    assert "Turn off the second step" in words(jane.open())
    do(console(harness), jane.someone, "require")
    assert "Turn off the second step" not in words(jane.browser.get("/account/security"))


@pytest.mark.promise("FM24", "FM27")
def test_disable_freezes_and_enable_lets_in_again(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane"))
    jane.open("/account/")
    admin = console(harness)
    assert "Disabled" in do(admin, jane.someone, "disable")
    assert jane.session is None
    assert mails(harness)[-1] == "account_disabled"
    jane.browser.get("/account/")
    jane.browser.submit(username="jane", password=PASSWORD)
    assert jane.at("/identify")
    assert "Active" in do(admin, jane.someone, "enable")
    assert mails(harness)[-1] == "account_enabled"


def test_sign_out_everywhere_and_forget_devices(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", totp=True))
    jane.open("/account/", remember=True)
    admin = console(harness)
    do(admin, jane.someone, "forget-devices")
    assert mails(harness)[-1] == "devices_forgotten"
    assert "No device of Jane is remembered" in do(admin, jane.someone, "forget-devices")
    assert jane.session is not None
    do(admin, jane.someone, "sign-out")
    assert jane.session is None
    assert mails(harness)[-1] == "signed_out_by_administrator"


def test_unlock_lets_try_again(harness: Harness) -> None:
    jane = harness.person("jane")
    stranger = Browser(harness)
    stranger.get("/account/")
    for _ in range(harness.settings.throttle_per_quarter_hour + 1):
        stranger.submit(username="jane", password="wrong")
    admin = console(harness)
    assert "Locked" in words(admin.browser.get(path(jane)))
    assert "Locked" not in do(admin, jane, "unlock")
    stranger.submit(username="jane", password=PASSWORD)
    assert stranger.at == "/account/"
    assert mails(harness).count("unlocked") == 1


def test_a_reset_link_is_mailed_and_no_password_is_seen(harness: Harness) -> None:
    jane = harness.person("jane")
    admin = console(harness)
    before = stored(harness, jane.id).password_hash
    assert "on its way" in do(admin, jane, "send-reset")
    assert stored(harness, jane.id).password_hash == before
    (link,) = links(harness, "reset_by_administrator")
    (letter,) = [letter for _, letter in rendered_mails(harness, "reset_by_administrator")]
    assert "127.0.0.1" not in letter.text, "nobody is told where an administrator sits"
    jane_there = Browser(harness)
    jane_there.get(link)
    jane_there.submit(password=LONG)
    assert stored(harness, jane.id).password_hash != before


def invited(harness: Harness, admin: Console, **fields: str) -> User:
    """Somebody whom the administrator has just invited by the form."""
    admin.browser.get("/admin/people/new")
    typed: dict[str, Any] = {"email": "ida@example.test", "username": "ida", "send": "1"}
    admin.browser.submit(action="new", **(typed | fields))
    if "Require a second step" in words(admin.browser.page):
        admin.browser.submit(action="new")
    with harness.services.database.read() as tx:
        found = tx.users.by_identifier("ida")
    assert found is not None, admin.browser.page.text
    return found


@pytest.mark.promise("ES19", "ES21")
def test_an_invited_person_chooses_a_password_and_sets_up_the_second_step(harness: Harness) -> None:
    admin = console(harness)
    ida = invited(harness, admin, name="Ida", second_step="required")
    assert "Invited, and has not chosen a password yet" in words(admin.browser.page)
    assert ida.second_step_required
    assert ida.password_hash is None
    (link,) = links(harness, "invitation")
    there = Browser(harness)
    assert "Choose your password" in words(there.get(link))
    there.submit(password=LONG)
    assert "Your password is set Sign in with it." in words(there.page)
    there.get("/account/")
    there.submit(username="ida", password=LONG)
    assert there.at.endswith("/enrol"), there.at
    assert stored(harness, ida.id).email_verified, "the link was mailed there"
    assert there.get(link).status_code == 410 or "no longer works" in words(there.page)


def test_a_required_person_is_not_made_before_the_question_is_answered(harness: Harness) -> None:
    admin = console(harness, path="/admin/people/new")
    admin.browser.submit(action="new", email="ida@example.test", username="ida", second_step="required")
    assert "Require a second step of ida?" in words(admin.browser.page)
    assert count(harness, "users") == 1


def test_an_invitation_works_once_among_many(harness: Harness) -> None:
    invited(harness, console(harness))
    (link,) = links(harness, "invitation")
    crowd = [Browser(harness) for _ in range(6)]
    for each in crowd:
        each.get(link)
    rush([functools.partial(each.submit, password=LONG) for each in crowd])
    assert events(harness, "password.changed") == 1


def test_an_invitation_lasts_seven_days_is_sent_again_and_withdrawn(harness: Harness) -> None:
    admin = console(harness)
    ida = invited(harness, admin)
    (first,) = links(harness, "invitation")
    do(admin, ida.id, "invite")
    _, second = links(harness, "invitation")
    there = Browser(harness)
    assert "no longer works" in words(there.get(first))
    assert "Choose your password" in words(there.get(second))
    do(admin, ida.id, "withdraw-invitation")
    assert "no longer works" in words(there.get(second))
    assert "There is no invitation to withdraw" in do(admin, ida.id, "withdraw-invitation")
    do(admin, ida.id, "invite")
    third = links(harness, "invitation")[-1]
    harness.clock.advance(7 * DAY - 60)
    assert "Choose your password" in words(there.get(third))
    harness.clock.advance(120)
    assert "no longer works" in words(there.get(third))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": "ida x"}, "without spaces and without @"),
        ({"email": "ida"}, "It must look like jane@example.com"),
        ({"email": ""}, "Enter the address"),
        ({"username": "OLGA"}, "belongs to another account"),
    ],
)
def test_a_new_person_that_cannot_be_is_refused_beside_the_field(
    harness: Harness, fields: dict[str, str], said: str
) -> None:
    admin = console(harness, path="/admin/people/new")
    typed: dict[str, Any] = {"email": "ida@example.test", "username": "ida"}
    admin.browser.submit(action="new", **(typed | fields))
    assert admin.browser.page.status_code == 400
    assert said in words(admin.browser.page)
    assert count(harness, "users") == 1


@pytest.mark.promise("ES19", "ES21")
def test_edit_changes_profile_address_and_required(harness: Harness) -> None:
    jane = harness.person("jane", email_verified=True)
    admin = console(harness, path=path(jane, "edit"))
    admin.browser.submit(
        action="edit",
        name="Jane Doe",
        email="new@example.test",
        phone_number="+49 151 12345678",
        second_step="required",
    )
    assert "Require a second step of Jane?" in words(admin.browser.page)
    assert stored(harness, jane.id).email == "jane@example.test"
    admin.browser.submit(action="edit")
    user = stored(harness, jane.id)
    assert (user.email, user.email_verified, user.phone_number) == ("new@example.test", False, "+4915112345678")
    assert user.display_name == "Jane Doe"
    assert user.name_key == "jane doe"
    assert user.second_step_required
    assert {"second_step_required", "email_changed_by_administrator"} <= set(mails(harness))
    assert mails(harness)[-1] == "phone_changed_by_administrator"
    assert "changed or removed the phone number of your account. Codes" in told_by_administrator(harness)
    assert "Nothing would change" in words(resubmit(admin, path(jane, "edit")))
    do(admin, jane, "verify-email")
    assert stored(harness, jane.id).email_verified


def test_a_form_that_is_older_than_the_owners_change_does_not_undo_it(harness: Harness) -> None:
    jane = harness.person("jane", email="thief@example.test")
    admin = console(harness, path=path(jane, "edit"))
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user is not None
        tx.user_contacts.set_email(user, "jane@example.test", verified=True)
    form = admin.browser.page
    admin.browser.submit(action="edit", name="Jane Doe")
    user = stored(harness, jane.id)
    assert (user.display_name, user.email, user.email_verified) == ("Jane Doe", "jane@example.test", True)
    admin.browser.page = form
    admin.browser.at = path(jane, "edit")
    page = admin.browser.submit(action="edit", email="thief2@example.test")
    assert page.status_code == 400
    assert "changed at the same moment" in words(page)
    assert stored(harness, jane.id).email == "jane@example.test"


ABOUT: dict[str, Any] = {
    "birthdate": "1985-02-28", "gender": "female", "middle_name": "Ann", "website": "https://jane.example/",
    "profile": "https://social.example/jane", "picture": "https://jane.example/me.png",
}  # fmt: skip


def test_edit_changes_what_people_say_about_themselves_by_the_same_rules(harness: Harness) -> None:
    jane = harness.person("jane", profile={"name": "Jane", "birthdate": "0000-02-28"})
    admin = console(harness, path=path(jane, "edit"))
    admin.browser.submit(action="edit", birthdate="1985-02-30", website="http://jane.example", picture="javascript:x")
    for name in ("birthdate", "website", "picture"):
        assert f'id="{name}-error"' in admin.browser.page.text
    assert stored(harness, jane.id).profile == {"name": "Jane", "birthdate": "0000-02-28"}
    admin.browser.submit(action="edit", **ABOUT)
    assert stored(harness, jane.id).profile == {"name": "Jane"} | ABOUT
    assert all(value in words(admin.browser.page) for value in ABOUT.values()), "shown on the person's page"
    assert mails(harness)[-1] == "profile_changed_by_administrator"


def resubmit(admin: Console, address: str) -> TestResponse:
    """Sends a form as it is."""
    admin.browser.get(address)
    return admin.browser.submit(action="edit")


def test_wrong_values_are_shown_beside_their_fields(harness: Harness) -> None:
    jane = harness.person("jane")
    admin = console(harness, path=path(jane, "edit"))
    page = admin.browser.submit(action="edit", email="nonsense", name="x" * 201)
    assert page.status_code == 400
    assert re.search(r'id="email-error"|id="name-error"', page.text)
    page = admin.browser.submit(action="edit", email="bj\u00f6rn@example.test", name="Jane")
    assert "letters other than a to z" in words(page)
    assert stored(harness, jane.id).email == "jane@example.test"


@pytest.mark.promise("FM27")
def test_a_change_of_address_is_undone(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane", email_verified=True))
    jane.open(EMAIL)
    jane.post(EMAIL, email="thief@example.test")
    there = Browser(harness)
    there.get(email_links(harness)[0])
    there.submit()
    assert stored(harness, jane.someone.id).email == "thief@example.test"
    admin = console(harness)
    page = admin.browser.get(path(jane.someone))
    found = re.search(r"undo-change\?value=([^\"]+)", page.text)
    assert found
    forget_mail(harness)
    assert "The change is undone" in do(admin, jane.someone, "undo-change", value=found[1])
    user = stored(harness, jane.someone.id)
    assert (user.email, user.email_verified) == ("jane@example.test", True)
    assert mails(harness).count("contact_restored_by_administrator") == 2
    assert "cannot be undone any more" in do(admin, jane.someone, "undo-change", value=found[1])


@pytest.mark.promise("FM24")
def test_delete_erases_the_person_and_keeps_the_subject_taken(harness: Harness) -> None:
    jane = harness.person("jane", totp=True)
    admin = console(harness)
    assert "The account is deleted" in do(admin, jane, "delete")
    assert admin.browser.path == "/admin/people"
    user = stored(harness, jane.id)
    assert (user.status, user.email, user.name_key, user.factor_kinds) == ("closed", None, "", "")
    assert mails(harness)[-1] == "account_closed"
    ((_, letter),) = rendered_mails(harness, "account_closed")
    assert "An administrator deleted your account" in letter.text
    assert "If it was not you" not in letter.text + letter.html
    assert admin.browser.get(path(jane)).status_code == 404


@pytest.mark.parametrize("role", Role)
def test_the_mail_about_a_role_names_it_and_what_happened(harness: Harness, role: Role) -> None:
    jane, admin, title = harness.person("jane", totp=True), console(harness), ROLE_TEXTS[role][0]
    do(admin, jane, "grant-role", value=role)
    assert f"gave you the administrator role “{title}”." in told_by_administrator(harness)
    do(admin, jane, "withdraw-role", value=role)
    assert f"withdrew your administrator role “{title}”." in told_by_administrator(harness)


def test_roles_are_given_and_withdrawn_by_owners_alone(harness: Harness) -> None:
    jane = harness.person("jane", totp=True)
    admin = console(harness)
    assert "Auditor" in do(admin, jane, "grant-role", value="auditor")
    assert "has this role already" in do(admin, jane, "grant-role", value="auditor")
    assert mails(harness)[-1] == "roles_changed"
    do(admin, jane, "withdraw-role", value="auditor")
    with harness.services.database.read() as tx:
        assert tx.roles.of_user(jane.id) == frozenset()
    helper = console(harness, Role.PEOPLE, "pia")
    assert helper.browser.get(path(jane, "grant-role")).status_code == 403
    assert helper.post(path(jane, "grant-role"), value="owner").status_code == 403


def test_the_last_owner_stays(harness: Harness) -> None:
    otto = administrator(harness, username="otto")
    admin = console(harness)
    with harness.services.database.write() as tx:
        roles.withdraw_from_person(tx, COMMAND_LINE, users.find(tx, "olga"), Role.OWNER, harness.settings)
        tx.roles.grant(Role.OWNER, HolderKind.PERSON, admin.someone.id)
        tx.users.set_status(users.find(tx, "otto"), "disabled")
    assert "Make somebody else an owner first" in do(admin, admin.someone, "withdraw-role", value="owner")
    assert stored(harness, otto.id).status == "disabled"


@pytest.mark.parametrize("action", ["disable", "delete", "reset-2fa"])
def test_nobody_does_that_to_their_own_account(harness: Harness, action: str) -> None:
    administrator(harness, username="otto")
    admin = console(harness)
    assert "your own account" in do(admin, admin.someone, action)
    assert stored(harness, admin.someone.id).active


@pytest.mark.parametrize("action", [*ACTIONS, "edit"])
def test_helpdesk_never_changes_who_holds_a_role(harness: Harness, action: str) -> None:
    owner = administrator(harness, username="otto")
    helper = console(harness, Role.PEOPLE, "pia")
    before = rows(harness, "users", "factors", "role_grants", "outbox")
    assert helper.browser.get(path(owner, action)).status_code == 403
    assert helper.post(path(owner, action), email="evil@example.test", value="owner").status_code == 403
    assert rows(harness, "users", "factors", "role_grants", "outbox") == before
    assert events(harness, "admin.refused", "failure") == 2


@pytest.mark.parametrize("action", [*ACTIONS, "edit"])
def test_an_auditor_and_another_site_change_nothing(harness: Harness, action: str) -> None:
    jane = harness.person("jane", totp=True)
    auditor = console(harness, Role.AUDITOR, "ada")
    before = rows(harness, "users", "factors", "role_grants", "outbox")
    assert auditor.post(path(jane, action), second_step_required="1").status_code == 403
    owner = console(harness)
    forged = owner.browser.send_request("POST", path(jane, action), {"Origin": "https://evil.test"}, {"csrf": "x"})
    assert forged.status_code in {400, 403}
    after = rows(harness, "users", "factors", "role_grants", "outbox")
    assert [row for row in after["users"] if jane.id in row] == [row for row in before["users"] if jane.id in row]
    assert len(after["factors"]) == len(before["factors"]) + 1


@pytest.mark.parametrize("action", [name for name, action in ACTIONS.items() if action.recent])
def test_what_cannot_be_undone_wants_a_recent_second_factor(harness: Harness, action: str) -> None:
    jane = harness.person("jane", totp=True)
    admin = console(harness)
    harness.clock.advance(11 * 60)
    admin.browser.get(path(jane, action))
    assert admin.at("/(identify|code)")


def test_fields_that_the_form_does_not_have_are_ignored(harness: Harness) -> None:
    jane = harness.person("jane")
    admin = console(harness, path=path(jane, "edit"))
    admin.browser.submit(
        action="edit", nickname="J", role="owner", status="disabled", email_verified="1", username="root", epoch="9"
    )
    user = stored(harness, jane.id)
    assert (user.username, user.status, user.email_verified, user.epoch) == ("jane", "active", False, 1)
    assert user.profile["nickname"] == "J"


def test_an_unknown_person_is_not_found(harness: Harness) -> None:
    admin = console(harness)
    assert admin.browser.get(path("nobody")).status_code == 404
    assert admin.browser.get(path("nobody", "require")).status_code == 404


def test_the_person_reads_who_did_it_in_their_activity(harness: Harness) -> None:
    jane = Account(harness, harness.person("jane"))
    do(console(harness), jane.someone, "do-not-require")
    jane.open("/account/activity")
    said = words(jane.browser.page)
    assert "An administrator made the second step optional for you." in said
    assert "An administrator ·" in said
