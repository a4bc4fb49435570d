"""The check of a whole file before anything is stored."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from idp.admin import Refused, groups
from idp.admin.people_import import Entry, NewPerson
from idp.admin.people_import.person import parse_person
from idp.kernel.entropy import Entropy
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.transaction import Transaction

MOST_PROBLEMS = 100
"""Problems that are named; a file with the wrong heading has one in each line."""
SUBJECTS_AT_ONCE = 500
"""Subjects that one query asks for."""


@dataclass
class Report:
    """What a file has: `problems` are sentences, `left_out` counts what cannot be moved.

    `groups` are names by key, `subjects` where each is.
    """

    people: int = 0
    with_password: int = 0
    with_totp: int = 0
    groups: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    @property
    def has_too_many_problems(self) -> bool:
        """Whether there is no use in reading on."""
        return len(self.problems) >= MOST_PROBLEMS


def check_entries(entries: Iterable[Entry], entropy: Entropy, *, today: dt.date) -> Report:
    """Check every entry by itself and all of them for repeated names; raises `UnreadableFile` as the file is read."""
    report, names = Report(), dict[str, str]()
    for entry in entries:
        report.left_out.update(entry.left_out)
        try:
            person = parse_person(entry, entropy, today=today)
        except Refused as error:
            report.problems += [f"{entry.place}: {name}: {sentence}" for name, sentence in error.fields.items()]
        else:
            _count(report, person)
            _find_repeats(report, person, names)
        if report.has_too_many_problems:
            break
    return report


def check_groups(tx: Transaction, report: Report) -> list[str]:
    """Return the names of groups that are not there yet; adds a problem for each that gives a role."""
    new = []
    for name in report.groups.values():
        group = tx.groups.by_name(name)
        if group is None:
            new.append(name)
        elif roles := groups.roles_of(tx, group):
            report.problems.append(
                f"groups: Members of {name!r} get the role {roles[0]}. Take it out of the file, and add its members "
                "with `idp groups add-member`."
            )
    return new


def check_subjects(tx: Transaction, report: Report) -> None:
    """Add a problem for each subject that is the id of an app."""
    remaining = iter(report.subjects)
    while some := list(islice(remaining, SUBJECTS_AT_ONCE)):
        report.problems += [
            f"{report.subjects[client_id]}: subject: An app has the id {client_id!r}."
            for client_id in tx.clients.by_ids(some)
        ]


def _count(report: Report, person: NewPerson) -> None:
    report.people += 1
    report.with_password += person.user.password_hash is not None
    report.with_totp += person.totp_seed is not None
    report.groups |= {lookup_key(name): name for name in person.groups}


def _find_repeats(report: Report, person: NewPerson, names: dict[str, str]) -> None:
    """Add a problem for what an earlier entry has as well, and note where this one is."""
    user, email = person.user, person.user.email
    for name, key, places in (
        ("username", lookup_key(user.username), names),
        ("email", lookup_key(email) if email else "", names),
        ("subject", user.id, report.subjects),
    ):
        if key and places.setdefault(key, person.place) != person.place:
            report.problems.append(f"{person.place}: {name}: The same as in {places[key]}.")
