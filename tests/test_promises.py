"""The table of promises is true, and nothing promised for the main job is without a test."""

import pytest

from tests.support.promises import TABLE, kept, promises, table

MAIN_JOB = [
    "SA1",
    "SA4",
    "SA6",
    "SA7",
    "SA8",
    "SA11",
    "SA12",
    "SM1",
    "SM2",
    "SM8",
    "SM10",
    "SM11",
    "ES1",
    "ES3",
    "ES4",
    "ES5",
    "ES6",
    "ES7",
    "ES8",
    "ES9",
    "ES10",
    "ES12",
    "ES13",
    "ES16",
    "ES17",
    "ES18",
    "ES20",
    "ES23",
    "ES29",
    "MS1",
    "MS2",
    "MS3",
    "MS4",
    "MS5",
    "MS6",
    "MS7",
    "MS8",
    "MS9",
    "MS10",
    "FM2",
    "FM3",
    "FM4",
    "FM5",
    "FM6",
    "FM7",
    "FM8",
    "FM9",
    "FM13",
    "FM14",
    "FM15",
    "FM16",
    "FM17",
    "FM20",
    "FM21",
    "FM22",
    "FM26",
]


@pytest.mark.parametrize("promise", MAIN_JOB)
def test_every_promise_of_the_main_job_is_kept_by_a_test(promise: str) -> None:
    assert kept().get(promise), f"no test carries @pytest.mark.promise({promise!r})"


def test_no_test_claims_a_promise_that_was_never_made() -> None:
    assert set(kept()) <= set(promises())


def test_the_document_says_what_the_tests_say() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run: python -m tests.support.promises"
