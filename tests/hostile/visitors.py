"""Who may come to a route: jane in several browsers, somebody else, nobody; each with cookies that do not change.

    world = World(harness)
    world.visitors["old session"].ask("POST", "/account/profile")

What belongs to jane is asked for by name: her sign-in under way, her factor, session, device and app.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from idp.kernel.handles import keyed_digest
from tests.hostile.good_forms import browser_headers
from tests.hostile.messages import Answer, HostileRequest, ask
from tests.support.account import FORMS, PROTECTED, Account
from tests.support.back_channel import FORM
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty
from tests.support.tables import Snapshot, rows

HOUR = 3600
READING = {"GET", "HEAD", "OPTIONS", "TRACE"}
EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@dataclass(frozen=True)
class Visitor:
    """`token` is the form token that is sent; `headers` hold the cookies and say where a form comes from."""

    name: str
    harness: Harness
    headers: dict[str, str]
    token: str = ""

    def ask(self, method: str, path: str) -> Answer:
        """Send one request, with what would make the form of that address count."""
        fields = {"csrf": self.token} | FORMS.get(path, {})
        body = b"" if method in READING else urlencode(fields).encode()
        headers = tuple((name, value.encode()) for name, value in (self.headers | {"Content-Type": FORM}).items())
        request = HostileRequest(self.name, method, path.encode(), headers=headers, body=body)
        return ask(self.harness.app, self.harness.settings.issuer, request)


class World:
    """`ids` fill the placeholders of routes; `visitors` are by name."""

    def __init__(self, harness: Harness, rp: RelyingParty, number: int) -> None:
        self.harness, self._rp = harness, rp
        person = harness.person(f"jane{number}")
        older = self._signed_in(person)
        full = self._signed_in(person)
        full.set_up()
        self.jane = full.someone
        old = self._signed_in(self.jane)
        disabled = self._signed_in(harness.person(f"kim{number}", totp=True))
        harness.clock.advance(HOUR)
        full = self._signed_in(self.jane)
        mallory = self._signed_in(harness.person(f"mallory{number}", totp=True))
        with harness.services.database.write() as tx:
            user = tx.users.by_id(disabled.someone.id)
            assert user is not None
            tx.users.set_status(user, "disabled")
        pending = self._pending()
        self.ids = self._ids(full, pending)
        self.visitors = {
            each.name: each
            for each in (
                Visitor("anonymous", harness, browser_headers(Browser(harness))),
                self._waiting("pending sign-in", pending),
                self._waiting("its cookie as a session", pending, planted=True),
                _inside("password-only session", older),
                _inside("full session", full),
                _inside("old session", old),
                _inside("another's session", mallory),
                _inside("disabled person", disabled),
                Visitor("cross-site post", harness, browser_headers(full.browser) | EVIL, full.token),
                Visitor("wrong token", harness, browser_headers(full.browser), mallory.token),
            )
        }

    def stored(self) -> Snapshot:
        """What everybody has."""
        return rows(self.harness, *PROTECTED)

    def belongings(self, stored: Snapshot) -> Snapshot:
        """Everything of jane's in it, that others must leave alone."""
        return {name: [row for row in table if self.jane.id in row] for name, table in stored.items()}

    def _signed_in(self, someone: Someone) -> Account:
        account = Account(self.harness, someone)
        account.open(remember=bool(someone.seed))
        return account

    def _pending(self) -> Browser:
        browser = Browser(self.harness)
        self._rp.send(browser)
        browser.submit(username=self.jane.username, password=self.jane.password)
        assert browser.at.endswith("/code"), browser.at
        return browser

    def _waiting(self, name: str, browser: Browser, *, planted: bool = False) -> Visitor:
        secret, headers = browser.cookie("login") or "", browser_headers(browser)
        if planted:
            headers = headers | {"Cookie": f"__Host-countersign-session={secret}"}
        token = keyed_digest(secret, "csrf:account" if planted else f"csrf:login:{browser.at.split('/')[2]}")
        return Visitor(name, self.harness, headers, token)

    def _ids(self, full: Account, pending: Browser) -> dict[str, str]:
        session, mine = full.session, self.belongings(self.stored())
        assert session is not None
        return {
            "flow_id": pending.at.split("/")[2],
            "factor_id": str(mine["factors"][0][0]),
            "device_id": str(mine["devices"][0][0]),
            "sid": session.sid,
            "client_id": "web",
        }


def _inside(name: str, account: Account) -> Visitor:
    return Visitor(name, account.harness, browser_headers(account.browser), account.token)
