"""The stored ratios of an earlier run, and the drift from them.

Only ratios are stored: times belong to one machine, while a ratio to the floor of the same run is nearly the same on
another.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).with_name("baseline.json")

Ratios = dict[str, dict[str, dict[str, float]]]
"""By database, by way of asking, by path."""


@dataclass
class Baseline:
    """`stored` are the ratios of the earlier run, `found` those of this one."""

    stored: Ratios
    found: Ratios = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path = FILE) -> "Baseline":
        """Read the stored ratios, if there are any."""
        return cls(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})

    def compare(self, database: str, way: str, path: str, ratio: float) -> str:
        """Note a ratio of this run; return it with its drift, in words of a fixed width."""
        self.found.setdefault(database, {}).setdefault(way, {})[path] = round(ratio, 2)
        stored = self.stored.get(database, {}).get(way, {}).get(path)
        drift = f"{ratio / stored - 1:+7.0%}" if stored else f"{'new':>7}"
        return f"{ratio:6.1f}{drift}"

    def write(self, file: Path = FILE) -> None:
        """Store the ratios of this run; those of a database that was left out stay."""
        merged = self.stored | self.found
        file.write_text(json.dumps(merged, indent=2, sort_keys=True) + "\n", encoding="utf-8")
