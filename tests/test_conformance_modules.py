"""Each module of the conformance suite that was ever run has a test of ours, so that a regression shows without it."""

from tests.conformance.results import BASELINE, read_baseline
from tests.support.marks import marked


def modules() -> set[str]:
    """Names in the stored results; one name may be there with several variants."""
    return {key.partition(" [")[0] for file in BASELINE.glob("*.json") for key in read_baseline(file.stem)}


def test_every_module_has_a_test_that_carries_its_name() -> None:
    assert sorted(modules() - marked("module").keys()) == [], "mark a test with @pytest.mark.module(...)"


def test_no_test_names_a_module_that_does_not_exist() -> None:
    assert sorted(marked("module").keys() - modules()) == []
