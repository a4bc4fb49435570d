"""Single-use things of apps, for races at a served instance: codes, refresh tokens, assertions, one yes to an app."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.protocol.test_client_assertion import Signer
from tests.support.back_channel import BackChannelClient, basic
from tests.support.concurrency import CROWD
from tests.support.contests import Contest, ServedInstance
from tests.support.http_person import HttpPerson
from tests.support.relying_party import RelyingParty


@dataclass
class Caller:
    """An app that posts to the token endpoint over a connection of its own."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    page: requests.Response = field(default_factory=requests.Response)

    def submit(self, **form: str) -> requests.Response:
        """Post a form."""
        with requests.Session() as session:
            session.trust_env = False
            self.page = session.post(self.address, data=form, headers=self.headers, timeout=30)
        return self.page


def _callers(instance: ServedInstance, **headers: str) -> list[Caller]:
    return [Caller(f"{instance.product.issuer}/token", dict(headers)) for _ in range(CROWD)]


def _got(name: str) -> Callable[[Caller], str]:
    return lambda caller: str(caller.page.json().get(name, ""))


def authorization_code(instance: ServedInstance) -> Contest[Caller]:
    """One code, redeemed 32 times."""
    app = BackChannelClient(instance.harness, f"racer{next(instance.numbers)}")
    code = app.granted(instance.newcomer("client"))
    callers = _callers(instance, Authorization=basic(app.app.client_id, app.app.secret))
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    return Contest(callers, _got("access_token"), form | {"code_verifier": code.verifier})


def refresh_token(instance: ServedInstance) -> Contest[Caller]:
    """One refresh token, used 32 times within the seconds in which its answer is repeated: one successor."""
    redeeming = authorization_code(instance)
    redeeming.people[0].submit(**redeeming.form)
    form = {"grant_type": "refresh_token", "refresh_token": _got("refresh_token")(redeeming.people[0])}
    return Contest(redeeming.people, _got("refresh_token"), form)


def client_assertion(instance: ServedInstance) -> Contest[Caller]:
    """One assertion, sent 32 times."""
    signer = Signer(instance.harness, f"signer{next(instance.numbers)}")
    form = {name: str(value) for name, value in signer.form(signer.assertion(aud=instance.product.issuer)).items()}
    return Contest(_callers(instance), _got("access_token"), form)


def consent(instance: ServedInstance) -> Contest[HttpPerson]:
    """One yes to an app, sent from 32 copies of the browser: one code."""
    app = RelyingParty(instance.harness, f"asking{next(instance.numbers)}", first_party=False)
    jane = instance.newcomer("asked")
    person = HttpPerson(jane.username, stop_at=app.app.redirect_uri)
    person.get(instance.product.issuer + app.address())
    person.submit(username=jane.username, password=jane.password)
    assert "/consent/" in person.at, person.at
    return Contest([person.twin() for _ in range(CROWD)], _sent_back, {"choice": "approve"})


def _sent_back(person: HttpPerson) -> str:
    return person.at if person.at.startswith(person.stop_at) else ""


CONTESTS: dict[str, Callable[[ServedInstance], Contest[Any]]] = {
    "an authorization code": authorization_code,
    "a refresh token": refresh_token,
    "a client's assertion": client_assertion,
    "a yes to an app": consent,
}
