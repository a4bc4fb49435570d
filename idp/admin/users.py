"""People, as administrators see them."""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.admin import LAST_OWNER, Refused
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.config import Settings
from idp.kernel.email_addresses import NOT_ASCII, email_problem
from idp.kernel.entropy import Entropy
from idp.kernel.text import Text
from idp.login.access_revocation import revoke_all_access
from idp.login.enrolment import factor_changes
from idp.login.policy import rate_limits
from idp.login.policy.rules import RuleSet
from idp.login.state.owners import is_last_owner
from idp.login.state.person import without_factors
from idp.messaging.notices import Notice, notify
from idp.persistence.transaction import Transaction
from idp.persistence.users import ACTIVE, CLOSED, DISABLED, NameTaken, User
from idp.recovery import new_password
from idp.recovery.new_password import ChangedBy

LONGEST_USERNAME = 64
LONGEST_NAME = 200
TAKEN = Text("That user name or email address belongs to another account already.")
CONCURRENT_CHANGE = Text("The account was changed at the same moment by somebody else. Look at it and try again.")


@dataclass(frozen=True)
class SecondStep:
    """What a list of people shows of somebody's second step.

    `on`: they have one. `required`: an administrator requires it. `due_at`: until when they may go on without the
    one they owe, by whatever policy (seconds, UTC; None: they owe none, or their time has not begun). `late`: they owe
    one, and nothing is open to them before it is set up.
    """

    on: bool
    required: bool
    due_at: int | None
    late: bool


def make_user(
    entropy: Entropy,
    *,
    username: str,
    email: str | None,
    name: str | None,
    required: bool,
    email_verified: bool = False,
) -> User:
    """Return a person who is not stored yet; raises `Refused` for a name or address that cannot be one.

    `email_verified`: the administrator knows that the address is the person's.
    """
    if not username or len(username) > LONGEST_USERNAME or "@" in username or not _is_one_word(username):
        message = Text("A user name has 1 to {most} characters, without spaces and without @.", most=LONGEST_USERNAME)
        raise Refused(message, field="username")
    if name is not None and (not name.strip() or len(name) > LONGEST_NAME or not name.isprintable()):
        raise Refused(Text("A name has 1 to {most} printable characters.", most=LONGEST_NAME), field="name")
    if email is not None:
        check_email(email)
    elif email_verified:
        raise Refused("There is no address to be verified. Name it with --email.")
    return User(
        id=entropy.token(16),
        username=username,
        email=email,
        email_verified=email_verified,
        second_step_required=required,
        profile={"name": name} if name else {},
    )


def check_email(email: str) -> None:
    """Raise `Refused` for what is not an address that we can send mail to."""
    problem = email_problem(email)
    if problem is NOT_ASCII:
        message = Text(
            "No mail can be sent to {email}: before the @ it has letters other than a to z. Name another address.",
            email=repr(email),
        )
        raise Refused(message, field="email")
    if problem:
        raise Refused(
            Text("{email} is not an email address. It must look like jane@example.com.", email=repr(email)),
            field="email",
        )


def add(tx: Transaction, user: User, *, imported: bool = False) -> User:
    """Keep a new person, and return them as stored; raises `Refused` when the name or address is somebody's already."""
    try:
        user = tx.users.add(user)
    except NameTaken:
        raise Refused(TAKEN, field="username") from None
    audit.record(
        tx,
        Event.USER_ADDED,
        user_id=user.id,
        second_step_required=user.second_step_required,
        email_verified=user.email_verified,
        imported=imported or None,
    )
    return user


def find(tx: Transaction, identifier: str) -> User:
    """Return the person of this user name or email address; raises `Refused` when there is none."""
    user = tx.users.by_identifier(identifier)
    if user is None:
        raise Refused(f"There is no user {identifier!r}. `idp users list` shows everybody.")
    return user


def find_to_change(tx: Transaction, actor: Actor, user_id: str) -> User | None:
    """Return a person whom this actor may change; None when there is nobody with this id.

    Raises:
        Forbidden: the person holds a role, and the actor is no owner: otherwise helpdesk could become an owner.
    """
    actor.require(Permission.CHANGE_PEOPLE)
    user = tx.users.by_id(user_id)
    if user is None or user.status == CLOSED:
        return None
    if tx.roles.of_user(user.id):
        actor.require(Permission.CHANGE_ROLES)
    return user


def second_step_status(
    user: User,
    *,
    on: bool,
    settings: Settings,
    now: int,
    rules: RuleSet,
    group_ids: frozenset[str],
) -> SecondStep:
    """Return the state of a person's second step, which is `on` or not, at `now`.

    `rules` are those in force (`present_rules`), `group_ids` the person's groups (`tx.groups.ids_of_users`).
    """
    due = None if on else without_factors(user, settings, rules, group_ids).second_step_due(now)
    return SecondStep(
        on=on,
        required=user.second_step_required,
        due_at=None if due is None else user.second_step_due_at,
        late=due is not None and due <= now and user.active,
    )


def disable(tx: Transaction, user: User, settings: Settings) -> None:
    """Disable an account: sessions, sign-ins under way, every app's tokens and remembered devices end with it.

    Raises:
        Refused: somebody else changed the account, or it is the last owner's.
    """
    if is_last_owner(tx, user.id, settings):
        raise Refused(LAST_OWNER)
    _raise_epoch(tx, user)
    tx.users.set_status(user, DISABLED)
    revoke_all_access(tx, user.id, reason="account disabled")
    audit.record(tx, Event.USER_CHANGED, user_id=user.id, status=DISABLED)
    notify(tx, user, Notice.ACCOUNT_DISABLED)


def enable(tx: Transaction, user: User) -> None:
    """Enable an account again. What ended when it was disabled stays ended."""
    if not tx.users.set_status(user, ACTIVE):
        raise Refused(CONCURRENT_CHANGE)
    audit.record(tx, Event.USER_CHANGED, user_id=user.id, status=ACTIVE)
    notify(tx, user, Notice.ACCOUNT_ENABLED)


def set_password(tx: Transaction, user: User, password_hash: str) -> None:
    """Set a new password, revoke all access, and notify the owner.

    The hash is the caller's to make, outside every transaction. The second step stays as it is.
    """
    if not new_password.replace_password(tx, user, password_hash, by=ChangedBy.ADMINISTRATOR):
        raise Refused(CONCURRENT_CHANGE)
    reset_rate_limits(tx, user)


def reset_mfa(tx: Transaction, user: User) -> None:
    """Remove the second step with its recovery codes and remembered devices.

    Sessions go on, though what needed the second step asks again; so does `Required`: whoever must have a second step
    sets one up at the next sign-in.
    """
    _raise_epoch(tx, user)
    had_one = bool(tx.factors.for_user(user.id))
    forgot = factor_changes.remove_all_factors(tx, user.id)
    if had_one:
        tx.users.end_grace(user)  # whoever has set one up before needs no time for it again
    reset_rate_limits(tx, user)
    audit.record(tx, Event.MFA_RESET, user_id=user.id, had_one=had_one)
    if had_one:
        notify(tx, user, Notice.SECOND_STEP_REMOVED_BY_ADMINISTRATOR, forgot_devices=forgot)


def require_second_step(tx: Transaction, user: User, *, required: bool) -> None:
    """Set `Required` or `Not required`. It takes effect at once, or when their one grace window is over."""
    tx.users.require_second_step(user, required)
    audit.record(tx, Event.USER_CHANGED, user_id=user.id, second_step_required=required)
    notify(tx, user, Notice.SECOND_STEP_REQUIRED if required else Notice.SECOND_STEP_OPTIONAL)


def _raise_epoch(tx: Transaction, user: User) -> None:
    """Raise the epoch, which ends sign-ins under way and remembered devices; raises `Refused`."""
    if not tx.users.raise_epoch(user):
        raise Refused(CONCURRENT_CHANGE)


def reset_rate_limits(tx: Transaction, user: User) -> int:
    """Reset the counters of failures, which would keep the owner of a new secret waiting; return their number."""
    prefixes = rate_limits.bucket_prefixes(user.id, user.username, user.email)
    return sum(tx.throttles.reset_all(prefix) for prefix in prefixes)


def _is_one_word(text: str) -> bool:
    return text.isprintable() and not any(character.isspace() for character in text)
