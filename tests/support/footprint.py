"""Time and memory of a command, as the operating system counts them."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

from sqlalchemy import insert

from idp.persistence.database import Database
from idp.persistence.users import User, users
from tests.support.command import PROGRAM, Command

KIB = 1024
WITNESS = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""
"""A small process in between: Linux counts the memory of whoever starts a program as the program's own peak."""
BATCH = 5000
JOINED = 1_780_000_000


@dataclass(frozen=True)
class Footprint:
    """Seconds until the end, MiB at the peak, and what was printed."""

    seconds: float
    memory: float
    lines: int
    head: list[str]


def measure(command: Command, *arguments: str) -> Footprint:
    """Run `idp` as a process of its own, to a file."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        environment = {"PATH": os.environ["PATH"]} | command.environment
        measured = subprocess.run(
            [sys.executable, "-c", WITNESS, PROGRAM, *arguments], env=environment, stdout=out, stderr=subprocess.PIPE,
            text=True, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        out.seek(0)
        head, lines = [], 0
        for line in out:
            lines += 1
            if lines <= 3:
                head.append(line.rstrip("\n"))
    return Footprint(seconds, int(measured.stderr) / KIB, lines, head)


def add_people(database: Database, first: int, last: int) -> None:
    """Fill the table of people without their passwords: nobody signs in here."""
    for start in range(first, last, BATCH):
        with database.engine.begin() as connection:
            people = [asdict(_person(number)) for number in range(start, min(start + BATCH, last))]
            connection.execute(insert(users), people)


def _person(number: int) -> User:
    name = f"person{number:07}"
    return User(
        id=f"id-{name}",
        username=name,
        username_key=name,
        email=f"{name}@example.test",
        email_key=f"{name}@example.test",
        password_changed_at=JOINED,
        profile={"name": f"Person Number {number}", "locale": "en", "zoneinfo": "Europe/Berlin"},
        created_at=JOINED,
        updated_at=JOINED,
    )
