"""What listings take at a size: `idp users list` and its like, each as a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.command import Command
from tests.support.footprint import Footprint, add_people, measure
from tests.support.harness import Harness

FEW = 1_000
LISTINGS = (
    ("users", "list"),
    ("users", "list", "--json"),
    ("users", "list", "--late"),
    ("users", "list", "--search", "Number 77"),
    ("users", "list", "--limit", "100"),
    ("users", "list", "--limit", "100", "--after", "person0000900"),
)


@dataclass(frozen=True)
class Listing:
    """One listing with few people and with many."""

    name: str
    few: Footprint
    many: Footprint


def listings(database_url: str, directory: Path, people: int) -> Iterator[Listing]:
    """Measure every listing at `FEW` people, then at `people`."""
    harness = Harness(database_url, directory)
    command, database = Command.of(harness.settings), harness.services.database
    try:
        add_people(database, 0, FEW)
        few = [measure(command, *arguments) for arguments in LISTINGS]
        add_people(database, FEW, people)
        for arguments, before in zip(LISTINGS, few, strict=True):
            yield Listing(" ".join(arguments), before, measure(command, *arguments))
    finally:
        harness.close()
