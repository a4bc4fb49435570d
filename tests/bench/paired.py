"""What requests cost in an installation, and in a fresh one that answers the same requests in turn."""

from pathlib import Path
from statistics import median

from idp.factors.totp import PERIOD
from tests.bench.generator import count_rows
from tests.bench.meter import SIGN_IN, RequestMeter
from tests.bench.tables import sign_everybody_in
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered

ROUNDS, SIGN_INS, REPEATED = 7, 4, 8
"""Rounds in each installation; sign-ins of one person in a round; further requests after each sign-in."""

Costs = dict[str, float]
"""Kind of request -> milliseconds of processors, or how many times those of the other installation."""


class Installation:
    """An installation in which so many people have signed in, each once."""

    def __init__(self, url: str, directory: Path, people: int, *, audit_days: int) -> None:
        self.harness = Harness(url, directory, audit_retention_days=audit_days)
        self.engine = self.harness.services.database.engine
        self._app = RelyingParty(self.harness)
        self._people = [self.harness.person(f"person{number}", totp=True) for number in range(people)]
        with self.engine.connect() as connection:
            self.before = count_rows(connection)
        sign_everybody_in(self.harness, self._app, self._people)
        self._meter = RequestMeter(self.harness.app, url)

    def costs(self, number: int) -> Costs:
        """Sign a person in some times, with further requests after each; return what each kind costs."""
        self._meter.clear()
        for _ in range(SIGN_INS):
            self._sign_in(self._people[number])
        found = {name: self._cost(name) for name in ("refresh", "userinfo", "client_credentials")}
        return {"sign-in": sum(self._cost(page) for page in SIGN_IN)} | found

    def statements(self, number: int) -> int:
        """Count the statements of one sign-in and its further requests."""
        with metered(self.harness) as counted:
            self._sign_in(self._people[number])
        return len(counted.statements)

    def _sign_in(self, someone: Someone) -> None:
        self.harness.clock.advance(PERIOD)
        browser, app = Browser(self.harness), self._app
        app.send(browser, scope="openid offline_access", acr_values="mfa")
        tokens = app.tokens_from(app.go_through(browser, someone))
        for _ in range(REPEATED):
            self._meter.name = "refresh"
            tokens = app.refresh(tokens["refresh_token"]).json or {}
            self._meter.name = "userinfo"
            assert app.userinfo(tokens["access_token"]).status_code == 200
            self._meter.name = "client_credentials"
            assert app.client_credentials().status_code == 200
        self._meter.name = ""

    def _cost(self, name: str) -> float:
        return self._meter.processor(name) + self._meter.database(name)


def compare(large: Installation, fresh: Installation) -> tuple[Costs, int, int]:
    """Return the median ratios of costs, and the statements of one sign-in in each installation.

    Each round is of another person, since one may have 50 sessions, and ending the oldest costs more. They begin in
    turn: who comes first finds other caches than who comes second.
    """
    pairs = [_measure_round(large, fresh, number) for number in range(ROUNDS + 1)][1:]
    ratios = {name: median(one[name] / other[name] for one, other in pairs) for name in pairs[0][0]}
    return ratios, large.statements(ROUNDS + 1), fresh.statements(ROUNDS + 1)


def _measure_round(large: Installation, fresh: Installation, number: int) -> tuple[Costs, Costs]:
    if number % 2:
        return large.costs(number), fresh.costs(number)
    last = fresh.costs(number)
    return large.costs(number), last
