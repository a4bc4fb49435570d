"""The one grace window of a person who must have a second step and has none.

    second step required (policy)  --first sign-in, account page or client request-->  start_grace: its end is stored
       |
       v
    before the end    policy requires less (`Person.with_policy`); a sign-in offers enrolment, the account shows a bar
    after it          enrolment comes first, for every initiator

The end stays with the person: no change of policy or of `Required`, and no reset, renews it.
"""

from __future__ import annotations

from idp import audit
from idp.audit import Event
from idp.login.state.person import Person
from idp.persistence.transaction import Transaction


def starts_now(person: Person, now: int) -> bool:
    """Whether this person's window starts with the present request (`now` in seconds, UTC)."""
    return person.user.second_step_due_at is None and person.may_wait(now)


def start_grace(tx: Transaction, person: Person) -> None:
    """Store when the person must have enrolled a second step, unless that is stored already."""
    due = person.second_step_due(tx.now)
    if due is not None and starts_now(person, tx.now) and tx.users.begin_grace(person.user, due):
        audit.record(tx, Event.SECOND_STEP_DUE, user_id=person.user.id, due_at=due)
