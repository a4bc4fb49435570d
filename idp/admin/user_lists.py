"""Who is listed: what administrators search for, in words that a list of people understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idp.admin.late_people import late_now
from idp.config import Settings
from idp.login.policy import rate_limits
from idp.persistence.people_lists import PeopleFilter
from idp.persistence.roles import Role
from idp.persistence.transaction import Transaction
from idp.persistence.users import User

MOST_LOCKED = 5000
"""Counters that are looked at for the list of locked people."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
CSV_COLUMNS = (
    "id", "username", "name", "email", "email_verified", "status", "second_step", "second_step_required",
    "last_sign_in",
)  # fmt: skip


class State(StrEnum):
    """What a list can be narrowed to."""

    OFF = "off"
    LATE = "late"
    LOCKED = "locked"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an administrator looks for; empty texts and None accept all."""

    prefix: str = ""
    state: State | None = None
    required: bool | None = None
    group_id: str = ""
    role: Role | None = None


def people_filter(tx: Transaction, wanted: Wanted, settings: Settings) -> PeopleFilter:
    """Return the filter of a list at this time."""
    named = _locked(tx, settings) if wanted.state is State.LOCKED else None
    holders = tx.people.holders(wanted.role) if wanted.role else None
    alike = tx.people.by_requirement(required=wanted.required) if wanted.required is not None else None
    few = [ids for ids in (named, holders, alike) if ids is not None]
    return PeopleFilter(
        prefix=wanted.prefix,
        off=wanted.state is State.OFF,
        required=wanted.required if alike is None else None,
        late=late_now(tx, settings) if wanted.state is State.LATE else None,
        disabled=wanted.state is State.DISABLED,
        group_id=wanted.group_id or None,
        role=wanted.role if holders is None else None,
        among=frozenset.intersection(*few) if few else None,
    )


def is_locked(tx: Transaction, user: User, settings: Settings) -> bool:
    """Whether strangers' or the person's own wrong passwords or codes keep them waiting now."""
    return user.id in _locked(tx, settings, user_id=user.id)


def csv_row(user: User) -> list[str]:
    """Return the cells of one person in an export; times are seconds, UTC."""
    cells = (
        user.id,
        user.username,
        str(user.profile.get("name") or ""),
        user.email or "",
        user.email_verified,
        user.status,
        user.factor_kinds,
        user.second_step_required,
        user.last_sign_in_at or "",
    )
    return [str(cells[0]), *(without_formula(str(cell)) for cell in cells[1:])]


def without_formula(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: people choose their names, administrators open them."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _locked(tx: Transaction, settings: Settings, *, user_id: str = "") -> frozenset[str]:
    """Return the ids of those who can enter no password or no code now; of one person, or of all."""
    limits = {
        rate_limits.PASSWORD_BUCKETS: rate_limits.password_limit(settings),
        rate_limits.CODE_BUCKETS: rate_limits.code_limit(settings),
    }
    return frozenset(
        owner
        for prefix, limit in limits.items()
        for owner in _owners(tx.throttles.exhausted(prefix + user_id, limit, most=MOST_LOCKED), prefix)
    )


def _owners(buckets: Iterable[str], prefix: str) -> Iterator[str]:
    for bucket in buckets:
        yield bucket.removeprefix(prefix).partition(":")[0]
