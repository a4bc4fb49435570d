"""The one grace window of a person who must have a second step and has none.

    somebody owes one (policy)  --first met: sign-in, account, app-->  begin: its end is stored, once
       |
       v
    until then    policy asks less (`Person.under_policy`); a sign-in offers the set-up, the account shows a bar
    after it      the set-up comes first, at every door

The end stays with the person: neither a change of policy, nor `Required` set off and on, nor a reset renews it.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.config import Settings
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction


def starts_now(person: Person, settings: Settings, now: int) -> bool:
    """Whether this person's window begins with the present request (`now` in seconds, UTC)."""
    return person.user.second_step_due_at is None and person.may_wait(settings, now)


def start_grace(tx: Transaction, person: Person, settings: Settings) -> None:
    """Store when the person must have set up a second step, if that was not done before."""
    due = person.second_step_due(settings, tx.now)
    if due is not None and starts_now(person, settings, tx.now) and tx.users.begin_grace(person.user, due):
        audit.record(tx, Event.SECOND_STEP_DUE, user_id=person.user.id, due_at=due)
