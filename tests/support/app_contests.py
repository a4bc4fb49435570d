"""Single-use things of apps, for races at a served instance: codes, tokens, proofs, one yes to an app."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests

from idp.admin import client_registrations
from idp.kernel.clock import DAY
from tests.support.back_channel import BackChannelClient, basic
from tests.support.client_assertions import Signer
from tests.support.concurrency import CROWD
from tests.support.contests import Contest, ServedInstance
from tests.support.dpop import KeyHolder
from tests.support.http_person import HttpPerson
from tests.support.relying_party import RelyingParty

CALLBACKS = {"redirect_uris": ["https://app.example.test/callback"]}


@dataclass
class Caller:
    """An app that posts to the token endpoint over a connection of its own."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    page: requests.Response = field(default_factory=requests.Response)

    def submit(self, **form: str) -> requests.Response:
        """Post a form."""
        return self._post(data=form)

    def _post(self, **sent: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            self.page = session.post(self.address, headers=self.headers, timeout=120, **sent)
        return self.page


@dataclass
class Registrant(Caller):
    """An app that registers itself."""

    def submit(self, **form: str) -> requests.Response:
        """Post the form's fields as JSON."""
        return self._post(json=form | CALLBACKS)


@dataclass
class Opener:
    """A browser that opens an address."""

    person: HttpPerson
    address: str
    page: requests.Response = field(default_factory=requests.Response)

    def submit(self, **_form: str) -> requests.Response:
        """Open it, and follow as far as the app."""
        self.page = self.person.get(self.address)
        return self.page


def callers(instance: ServedInstance, **headers: str) -> list[Caller]:
    return [Caller(f"{instance.product.issuer}/token", dict(headers)) for _ in range(CROWD)]


def got(name: str) -> Callable[[Caller], str]:
    return lambda caller: str(caller.page.json().get(name, ""))


def authorization_code(instance: ServedInstance) -> Contest[Caller]:
    """One code, redeemed 32 times."""
    app = BackChannelClient(instance.harness, f"racer{next(instance.numbers)}")
    code = app.granted(instance.newcomer("client"))
    copies = callers(instance, Authorization=basic(app.app.client_id, app.app.secret))
    form = {"grant_type": "authorization_code", "code": code.value, "redirect_uri": code.redirect_uri}
    return Contest(copies, got("access_token"), form | {"code_verifier": code.verifier})


def refresh_token(instance: ServedInstance) -> Contest[Caller]:
    """One refresh token, used 32 times within the seconds in which its answer is repeated: one successor."""
    redeeming = authorization_code(instance)
    redeeming.people[0].submit(**redeeming.form)
    form = {"grant_type": "refresh_token", "refresh_token": got("refresh_token")(redeeming.people[0])}
    return Contest(redeeming.people, got("refresh_token"), form)


def client_assertion(instance: ServedInstance) -> Contest[Caller]:
    """One assertion, sent 32 times."""
    signer = Signer(instance.harness, f"signer{next(instance.numbers)}")
    form = {name: str(value) for name, value in signer.form(signer.assertion(aud=instance.product.issuer)).items()}
    return Contest(callers(instance), got("access_token"), form)


def consent(instance: ServedInstance) -> Contest[HttpPerson]:
    """One yes to an app, sent from 32 copies of the browser: one code."""
    app = RelyingParty(instance.harness, f"asking{next(instance.numbers)}", first_party=False)
    jane = instance.newcomer("asked")
    person = HttpPerson(jane.username, stop_at=app.app.redirect_uri)
    person.get(instance.product.issuer + app.address())
    person.submit(username=jane.username, password=jane.password)
    assert "/consent/" in person.at, person.at
    return Contest([person.twin() for _ in range(CROWD)], _sent_back, {"choice": "approve"})


def pushed_request(instance: ServedInstance) -> Contest[Opener]:
    """One pushed request, opened in 32 copies of the browser of somebody who is signed in."""
    issuer, app = instance.product.issuer, RelyingParty(instance.harness, f"pushing{next(instance.numbers)}")
    jane = instance.newcomer("pushed")
    person = HttpPerson(jane.username, stop_at=app.app.redirect_uri)
    person.get(issuer + app.address())
    person.submit(username=jane.username, password=jane.password)
    pushing = Caller(f"{issuer}/par", {"Authorization": basic(app.app.client_id, app.app.secret)})
    query = {"client_id": app.app.client_id, "request_uri": pushing.submit(**app.request()).json()["request_uri"]}
    address = f"{issuer}/authorize?{urlencode(query)}"
    openers = [Opener(person.twin(), address) for _ in range(CROWD)]
    return Contest(openers, lambda opener: opener.person.at if "code=" in opener.person.at else "")


def dpop_proof(instance: ServedInstance) -> Contest[Caller]:
    """One proof of a key, sent 32 times."""
    holder = KeyHolder(BackChannelClient(instance.harness, f"prover{next(instance.numbers)}"))
    app, proof = holder.rp.app, holder.proof(htu=f"{instance.product.issuer}/token")
    sent = callers(instance, Authorization=basic(app.client_id, app.secret), DPoP=proof)
    return Contest(sent, got("access_token"), {"grant_type": "client_credentials"})


def initial_access_token(instance: ServedInstance) -> Contest[Registrant]:
    """One permission to register a client, used 32 times."""
    services = instance.harness.services
    with services.database.write() as tx:
        token = client_registrations.make_token(tx, services.entropy, note="Race", uses=1, life=DAY)
    address, headers = f"{instance.product.issuer}/register", {"Authorization": f"Bearer {token}"}
    return Contest([Registrant(address, headers) for _ in range(CROWD)], got("client_id"), {"client_name": "Racer"})


def _sent_back(person: HttpPerson) -> str:
    return person.at if person.at.startswith(person.stop_at) else ""


CONTESTS: dict[str, Callable[[ServedInstance], Contest[Any]]] = {
    "an authorization code": authorization_code,
    "a refresh token": refresh_token,
    "a client's assertion": client_assertion,
    "a yes to an app": consent,
    "a pushed request": pushed_request,
    "a proof of a key": dpop_proof,
    "an initial access token": initial_access_token,
}
