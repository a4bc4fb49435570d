"""What can be done to one person: the question, the use case, and the notice after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.admin import Refused, invitations, roles, user_actions, users
from idp.admin.permissions import Actor, Permission
from idp.console.role_texts import ROLE_TEXTS
from idp.kernel.text import Text
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web.context import services

OWN_ACCOUNT = Text("This is your own account. Ask another owner to do it.")
MAILED = Text("A mail tells the person.")

Run = Callable[[Transaction, Actor, User, str], object]


@dataclass(frozen=True, kw_only=True)
class PersonAction:
    """One change of one person. `question` has the place `{name}`.

    `recent`: it cannot be undone, so a second factor of the last minutes is wanted. `value`: what the form carries for
    it, such as which change to undo. `on_oneself`: administrators may do it to their own account.
    """

    name: str
    question: Text
    lead: Text
    points: tuple[Text, ...] = (MAILED,)
    button: Text
    done: Text
    run: Run
    permission: Permission = Permission.CHANGE_PEOPLE
    recent: bool = False
    danger: bool = False
    on_oneself: bool = True
    ends_account: bool = False


def _require(*, required: bool) -> Run:
    return lambda tx, _actor, user, _value: users.require_second_step(tx, user, required=required)


def _invite(tx: Transaction, _actor: Actor, user: User, _value: str) -> None:
    invitations.invite(tx, user, services().entropy, services().sealer)


def _send_reset(tx: Transaction, _actor: Actor, user: User, _value: str) -> None:
    invitations.send_reset_link(tx, user, services().entropy, services().sealer)


def _change_role(tx: Transaction, actor: Actor, user: User, value: str, *, grant: bool) -> None:
    if value not in [*Role]:
        raise Refused(Text("Choose a role from the list."))
    if grant:
        if not roles.grant_to_person(tx, actor, user, Role(value)):
            raise Refused(Text("The person has this role already."))
    elif not roles.withdraw_from_person(tx, actor, user, Role(value), services().settings):
        raise Refused(NOT_OWN_ROLE)


NOT_OWN_ROLE = Text("The person does not hold this role directly. Look at the groups.")
_ROLE_POINTS = tuple(Text("{role}: {text}", role=texts[0], text=texts[1]) for texts in ROLE_TEXTS.values())

_TABLE = (
    PersonAction(
        name="require",
        question=Text("Require a second step of {name}?"),
        lead=Text("Without one they are led to set it up when they sign in next, before anything else."),
        points=(Text("Whoever is signed in sees a bar on every page until it is set up."), MAILED),
        button=Text("Require a second step"),
        done=Text("A second step is required now."),
        run=_require(required=True),
    ),
    PersonAction(
        name="do-not-require",
        question=Text("No longer require a second step of {name}?"),
        lead=Text("They may then turn it off. What they have set up stays on until they do."),
        button=Text("Do not require it"),
        done=Text("A second step is not required any more."),
        run=_require(required=False),
    ),
    PersonAction(
        name="reset-2fa",
        question=Text("Reset the second step of {name}?"),
        lead=Text("Do this only when you are sure who asks: call them, or meet them."),
        points=(
            Text("Their authenticator apps, passkeys, codes by message and recovery codes stop working."),
            Text("No device is remembered any longer."),
            Text("They stay signed in. If a second step is required, they set up a new one at the next sign-in."),
            MAILED,
        ),
        button=Text("Reset the second step"),
        done=Text("The second step is removed. The status is Off."),
        run=lambda tx, _actor, user, _value: users.reset_mfa(tx, user),
        recent=True,
        danger=True,
        on_oneself=False,
    ),
    PersonAction(
        name="disable",
        question=Text("Disable the account of {name}?"),
        lead=Text("Nobody can sign in with it until you enable it again. Nothing is deleted."),
        points=(Text("They are signed out in every browser and every app at once."), MAILED),
        button=Text("Disable the account"),
        done=Text("The account is disabled."),
        run=lambda tx, _actor, user, _value: users.disable(tx, user, services().settings),
        recent=True,
        danger=True,
        on_oneself=False,
    ),
    PersonAction(
        name="enable",
        question=Text("Enable the account of {name}?"),
        lead=Text("They can sign in again, with what they used before."),
        button=Text("Enable the account"),
        done=Text("The account is enabled."),
        run=lambda tx, _actor, user, _value: users.enable(tx, user),
    ),
    PersonAction(
        name="sign-out",
        question=Text("Sign {name} out everywhere?"),
        lead=Text("Every browser and every app has to sign in again."),
        button=Text("Sign out everywhere"),
        done=Text("They are signed out everywhere."),
        run=lambda tx, _actor, user, _value: user_actions.sign_out(tx, user),
        danger=True,
    ),
    PersonAction(
        name="forget-devices",
        question=Text("Forget the remembered devices of {name}?"),
        lead=Text("On each of them the second step is asked again."),
        button=Text("Forget the devices"),
        done=Text("No device is remembered any longer."),
        run=lambda tx, _actor, user, _value: user_actions.forget_devices(tx, user),
        danger=True,
    ),
    PersonAction(
        name="unlock",
        question=Text("Let {name} try again?"),
        lead=Text("Wrong passwords and codes that were counted so far are forgotten."),
        button=Text("Unlock"),
        done=Text("They can try again at once."),
        run=lambda tx, _actor, user, _value: user_actions.unlock(tx, user),
    ),
    PersonAction(
        name="send-reset",
        question=Text("Send {name} a link for a new password?"),
        lead=Text("The link is mailed to them and works once. Until it is used nothing changes."),
        points=(),
        button=Text("Send the link"),
        done=Text("The link is on its way."),
        run=_send_reset,
        recent=True,
    ),
    PersonAction(
        name="invite",
        question=Text("Send {name} the invitation again?"),
        lead=Text("They choose a password with the mailed link. The link sent before stops working."),
        points=(),
        button=Text("Send the invitation"),
        done=Text("The invitation is on its way."),
        run=_invite,
        recent=True,
    ),
    PersonAction(
        name="withdraw-invitation",
        question=Text("Withdraw the invitation of {name}?"),
        lead=Text("The link stops working. You can send another one later."),
        points=(),
        button=Text("Withdraw the invitation"),
        done=Text("The invitation is withdrawn."),
        run=lambda tx, _actor, user, _value: invitations.withdraw(tx, user),
        danger=True,
    ),
    PersonAction(
        name="verify-email",
        question=Text("Mark the email address of {name} as verified?"),
        lead=Text("Apps are told that it is theirs. Do it only if you know that it is."),
        button=Text("Mark as verified"),
        done=Text("The address is verified."),
        run=lambda tx, _actor, user, _value: user_actions.verify_email(tx, user, services().settings),
        recent=True,
    ),
    PersonAction(
        name="undo-change",
        question=Text("Undo this change of {name}?"),
        lead=Text("The address or number is again what it was, and later changes are undone as well."),
        points=(Text("They are signed out in every browser and every app at once."), MAILED),
        button=Text("Undo the change"),
        done=Text("The change is undone."),
        run=lambda tx, _actor, user, value: user_actions.undo_contact_change(tx, user, value),
        recent=True,
        danger=True,
    ),
    PersonAction(
        name="grant-role",
        question=Text("Give {name} a role?"),
        lead=Text("They can then open this administration, with a second step."),
        points=(*_ROLE_POINTS, MAILED),
        button=Text("Give the role"),
        done=Text("The role is given."),
        run=lambda tx, actor, user, value: _change_role(tx, actor, user, value, grant=True),
        permission=Permission.CHANGE_ROLES,
        recent=True,
    ),
    PersonAction(
        name="withdraw-role",
        question=Text("Withdraw a role from {name}?"),
        lead=Text("It takes effect with their next page."),
        button=Text("Withdraw the role"),
        done=Text("The role is withdrawn."),
        run=lambda tx, actor, user, value: _change_role(tx, actor, user, value, grant=False),
        permission=Permission.CHANGE_ROLES,
        recent=True,
        danger=True,
    ),
    PersonAction(
        name="delete",
        question=Text("Delete the account of {name}?"),
        lead=Text("This cannot be undone. To keep somebody out for a while, disable the account instead."),
        points=(
            Text("Everything about the person is erased, and they are signed out everywhere."),
            Text("User name and address are free again. What apps know them by is never given to anybody else."),
            MAILED,
        ),
        button=Text("Delete the account"),
        done=Text("The account is deleted."),
        run=lambda tx, _actor, user, _value: user_actions.delete(tx, user, services().settings),
        recent=True,
        danger=True,
        on_oneself=False,
        ends_account=True,
    ),
)
ACTIONS = {action.name: action for action in _TABLE}
NOTICES = {action.name: action.done for action in _TABLE}
