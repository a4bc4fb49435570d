"""Results as JSON, their comparison with the stored ones, and the table."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

BASELINE = Path(__file__).with_name("baseline")
REVIEW = "REVIEW"
ORDER = ("PASSED", REVIEW, "SKIPPED", "WARNING", "FAILED", "INTERRUPTED")
"""From best to worst; REVIEW is the best that a module with a screenshot can reach."""


@dataclass(frozen=True)
class ModuleResult:
    """How one module ended; `complaints` are the suite's words, `notes` ours.

    `variant` tells modules of the same name in a plan apart; empty where there is one of that name.
    """

    module: str
    variant: dict[str, str]
    result: str
    complaints: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return the name under which it is stored."""
        variant = ", ".join(value for _, value in sorted(self.variant.items()))
        return f"{self.module} [{variant}]" if variant else self.module

    def __str__(self) -> str:
        lines = [f"{self.result:11} {self.key}", *(f"            {each}" for each in self.complaints)]
        return "\n".join([*lines, *(f"            ({each})" for each in self.notes)])


def store_baseline(key: str, found: Iterable[ModuleResult]) -> None:
    """Store what each module ended with."""
    BASELINE.mkdir(exist_ok=True)
    text = json.dumps({each.key: each.result for each in found}, indent=1, sort_keys=True)
    (BASELINE / f"{key}.json").write_text(text + "\n", encoding="utf-8")


def read_baseline(key: str) -> dict[str, str]:
    """Return the stored results of a plan; empty when it was never run."""
    file = BASELINE / f"{key}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def write_report(file: Path, found: Collection[ModuleResult]) -> None:
    """Write everything about a run."""
    file.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", encoding="utf-8")


def worse(key: str, found: Iterable[ModuleResult]) -> Iterator[str]:
    """Yield what is worse than the stored result; passed and review are the same, and a new module has to be one."""
    stored = read_baseline(key)
    for each in found:
        before = stored.get(each.key, REVIEW)
        if _rank(each.result) > max(_rank(before), _rank(REVIEW)):
            yield f"{key}: {each.key}: {before} -> {each.result}"


def table(keys: Iterable[str]) -> str:
    """Return the table plan x results in Markdown, of the stored results."""
    lines = ["| plan | modules | passed | review | skipped | warning | failed |", "|---|---|---|---|---|---|---|"]
    for key in keys:
        counts = Counter(read_baseline(key).values())
        failed = counts["FAILED"] + counts["INTERRUPTED"]
        cells = [counts.total(), *(counts[each] for each in ORDER[:4]), failed]
        shown = " | ".join(map(str, cells)) if counts else "not run | | | | |"
        lines.append(f"| {key} | {shown} |")
    return "\n".join(lines)


def _rank(result: str) -> int:
    return ORDER.index(result) if result in ORDER else len(ORDER)
