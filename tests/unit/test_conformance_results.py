"""The comparison of a run of the conformance suite with the stored one."""

from pathlib import Path

import pytest

from tests.conformance import results
from tests.conformance.plans import all_plans
from tests.conformance.results import ModuleResult, read_baseline, store_baseline, table, worse


def test_only_what_is_worse_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passed and review are the same; a new module must be one of them."""
    monkeypatch.setattr(results, "BASELINE", tmp_path)
    before = {"a": "PASSED", "b": "SKIPPED", "c": "WARNING", "d": "PASSED"}
    store_baseline("plan", [ModuleResult(name, {}, result) for name, result in before.items()])
    after = {"a": "REVIEW", "b": "PASSED", "c": "FAILED", "d": "INTERRUPTED", "new": "SKIPPED"}
    found = list(worse("plan", [ModuleResult(name, {}, result) for name, result in after.items()]))
    assert found == [
        "plan: c: WARNING -> FAILED",
        "plan: d: PASSED -> INTERRUPTED",
        "plan: new: REVIEW -> SKIPPED",
    ]
    assert table(["plan", "other"]).splitlines()[2:] == [
        "| plan | 4 | 2 | 0 | 1 | 1 | 0 |",
        "| other | not run | | | | | |",
    ]


def test_what_is_stored_is_good() -> None:
    """No stored result is a failure or a warning."""
    stored = {key: set(read_baseline(key).values()) for key in all_plans()}
    assert {key: found - {"PASSED", "REVIEW", "SKIPPED"} for key, found in stored.items() if found} == {
        key: set() for key, found in stored.items() if found
    }
