"""The product as it is served: four processes, over each kind of database, and everybody at once."""

import functools
from collections.abc import Iterator

import pytest

from idp.audit.bounds import MOST_KNOWN
from idp.kernel.clock import MINUTE
from tests.support.concurrency import rush
from tests.support.contests import ServedInstance, half_of_contests, race, served_instance
from tests.support.http_person import HttpPerson
from tests.support.people_contests import CONTESTS
from tests.support.tables import events, let_pass

LIMIT = 10
WINDOW = 15 * MINUTE
SESSIONS, EACH = 50, 10
OUTCOMES = ("failure", "throttled")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def instance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedInstance]:
    """One server per kind of database for all tests here: its start costs more than any of them."""
    with served_instance(
        request.getfixturevalue(f"{request.param}_databases"), tmp_path_factory.mktemp("arena")
    ) as made:
        yield made


@pytest.mark.promise("ES10", "FM15", "MS6")
def test_what_works_once_has_one_winner_of_32(instance: ServedInstance) -> None:
    outcomes = {name: race(prepare(instance)) for name, prepare in half_of_contests(instance, CONTESTS).items()}
    assert {name: winners for name, (winners, _) in outcomes.items()} == dict.fromkeys(outcomes, 1)
    assert {status for _, statuses in outcomes.values() for status in statuses if status >= 500} == set()


def test_500_wrong_codes_from_50_sessions_are_judged_no_more_often_than_the_limit(instance: ServedInstance) -> None:
    jane = instance.harness.person(totp=True)
    owner = instance.with_password(jane)
    owner.submit(code=owner.next_code())
    assert owner.inside
    checked, refused = (functools.partial(events, instance.harness, "sign_in.second_step", each) for each in OUTCOMES)
    before = checked(), refused()
    rush([functools.partial(guess, instance.with_password(jane)) for _ in range(SESSIONS)])
    assert checked() - before[0] == LIMIT
    assert refused() - before[1] == MOST_KNOWN + 1, "as many rows as an hour has, and the hundredth"
    late = instance.with_password(jane)
    assert late.submit(code=late.next_code()).status_code == 429, "the right code comes too late"
    owner.close()
    owner.get(instance.product.issuer + "/account/security")
    owner.sign_in()
    assert owner.inside, "their own browser has a lane of its own"
    late.get(late.at.replace("/code", "/recovery"))
    assert late.submit(code=jane.codes[0]).status_code == 429
    let_pass(instance.harness.services.database, WINDOW, "throttles", "short_started_at")
    assert late.submit(code=jane.codes[0]).status_code == 200
    assert late.inside


def guess(person: HttpPerson) -> None:
    """Ten wrong codes, one after the other."""
    for _ in range(EACH):
        assert person.submit(code="000000").status_code in {400, 429}
