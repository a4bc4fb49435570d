"""*My account* as one person uses it in one browser."""

import dataclasses
import re
from html import unescape
from urllib.parse import urlsplit

import pyotp
from sqlalchemy import select
from werkzeug.test import TestResponse

from idp.factors.totp import PERIOD
from idp.kernel.handles import digest, keyed_digest
from idp.persistence.grants import Grant
from idp.persistence.outbox import outbox
from idp.persistence.sessions import Session
from tests.support.back_channel import insert_grant
from tests.support.browser import Browser
from tests.support.harness import ISSUER, REDIRECT_URI, Harness, Someone
from tests.support.mailed import codes
from tests.support.page_text import recovery_codes, setup_key
from tests.support.tables import Snapshot, rows

PROFILE = "/account/profile"
EMAIL = "/account/profile/email"
PHONE = "/account/profile/phone"
DOWNLOAD = "/account/profile/download"
CLOSE = "/account/profile/close"
SECURITY = "/account/security"
TOTP = "/account/security/totp"
TURN_OFF = "/account/security/turn-off"
PASSKEYS = "/account/security/passkeys"
CODES = "/account/security/recovery-codes"
REGENERATE = "/account/security/recovery-codes/regenerate"
PASSWORD = "/account/security/password"
CHANGES = (EMAIL, TOTP, TURN_OFF, REGENERATE, PASSWORD)

FORMS = {
    PROFILE: {"name": "Mallory"},
    EMAIL: {"email": "mallory@example.test"},
    PHONE: {"number": "+4915112345678", "channel": "sms"},
    f"{EMAIL}/forget": {},
    f"{PHONE}/sms": {"code": "123456"},
    f"{PHONE}/remove": {},
    DOWNLOAD: {},
    CLOSE: {"username": "jane"},
    TOTP: {"code": "123456"},
    TURN_OFF: {},
    REGENERATE: {},
    CODES: {"saved": "1"},
    PASSWORD: {"password": "violet tram sleeps under nine bridges"},
    f"{PASSKEYS}/options": {},
    f"{PASSKEYS}/add": {"credential": "{}", "name": "Mine"},
    f"{PASSKEYS}/some-id/rename": {"name": "Mine"},
    f"{SECURITY}/factors/some-id/remove": {},
    f"{SECURITY}/codes/email/send": {},
    f"{SECURITY}/codes/email": {"code": "123456"},
    f"{SECURITY}/sessions/end-others": {},
    "/account/sign-out": {},
}
"""Every form of the account, and what would make it count."""

HARMLESS = {PROFILE, "/account/sign-out", CODES, f"{PASSKEYS}/some-id/rename", f"{EMAIL}/forget"}
"""Those that ask for no fresh sign-in."""

PROTECTED = (
    "users",
    "contact_changes",
    "factors",
    "recovery_sets",
    "recovery_codes",
    "devices",
    "sessions",
    "grants",
    "outbox",
)
"""Tables that a refused change must leave as they were."""


class Account:
    """One person, one browser; `someone` follows what is set up."""

    def __init__(self, harness: Harness, someone: Someone, browser: Browser | None = None) -> None:
        self.harness, self.someone = harness, someone
        self.browser = browser or Browser(harness)

    def open(self, path: str = SECURITY, *, remember: bool = False) -> TestResponse:
        """Opens a page of the account, proving what is asked on the way."""
        self.browser.get(path)
        return self.prove(remember=remember)

    def prove(self, *, remember: bool = False) -> TestResponse:
        """Answers the sign-in pages that stand between here and the account."""
        if self.at("/identify"):
            self.browser.submit(username=self.someone.username, password=self.someone.password)
        if self.at("/code"):
            self.harness.clock.advance(PERIOD)
            code = self.someone.code(self.harness.clock)
            self.browser.submit(code=code, remember="1") if remember else self.browser.submit(code=code)
        if self.at("/code/(?:email|sms|whatsapp)"):
            channel = self.browser.at.rpartition("/")[2]
            if 'id="code"' not in self.browser.page.text:
                self.browser.submit(action=f"/code/{channel}/send")
            self.browser.submit(action=f"/code/{channel}", code=codes(self.harness, channel)[-1][1])
        assert not self.at(""), (self.browser.at, self.browser.page.text)
        return self.browser.page

    def at(self, step: str) -> bool:
        """Whether the browser stands at this step of a sign-in (empty: at any)."""
        return bool(re.fullmatch(f"/login/[^/]+{step or '/.*'}", self.browser.at))

    def post(self, path: str, **fields: str) -> TestResponse:
        """Sends a form to an address, with the token and the re-authentication that the present page has."""
        query = urlsplit(self.browser.at).query
        address = f"{path}?{query}" if query.startswith("after=") and "?" not in path else path
        return self.browser.send_request("POST", address, {"Origin": ISSUER}, {"csrf": self.token} | fields)

    @property
    def token(self) -> str:
        """The form token of this session's pages."""
        return keyed_digest(self.browser.cookie("session") or "", "csrf:account")

    @property
    def session(self) -> Session | None:
        """The live session of this browser's cookie."""
        with self.harness.services.database.read() as tx:
            found = tx.sessions.with_person(digest(self.browser.cookie("session") or ""))
        return found[0] if found else None

    def set_up(self) -> None:
        """Sets up the second step from the first button to "End configuration"."""
        self.open(TOTP)
        seed = self.key()
        self.browser.submit(action=TOTP, code=pyotp.TOTP(seed).at(self.harness.clock.now()))
        codes = tuple(recovery_codes(self.browser.page.text))
        self.someone = dataclasses.replace(self.someone, seed=seed, codes=codes)
        self.browser.submit(action=CODES, saved="1")

    def key(self) -> str:
        """The key behind "Type code manually" on the page just shown."""
        found = setup_key(self.browser.page.text)
        assert found, self.browser.page.text
        return found

    def protected(self) -> Snapshot:
        """Everything a refused change must leave alone."""
        return rows(self.harness, *PROTECTED)


def words(page: TestResponse) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def mails(harness: Harness) -> list[str]:
    """Return the notices in the outbox."""
    with harness.services.database.engine.connect() as connection:
        found = connection.execute(select(outbox.c.context).order_by(outbox.c.id))
        return [context["event"] for (context,) in found if "event" in context]


def forget_mail(harness: Harness) -> None:
    """Take every message out of the outbox."""
    with harness.services.database.write() as tx:
        for message in tx.outbox.waiting():
            tx.outbox.record_delivered(message, masked="")


def grant(harness: Harness, user_id: str, sid: str, *, offline: bool) -> str:
    """Something an app was given in a session."""
    grant_id = harness.services.entropy.token(8)
    row = Grant(
        id=grant_id,
        user_id=user_id,
        client_id="web",
        sid=sid,
        scopes=["openid"],
        claims={},
        acr="pwd",
        amr=["pwd"],
        auth_time=1,
        redirect_uri=REDIRECT_URI,
        code_digest=grant_id,
        code_challenge=grant_id,
        code_expires_at=harness.clock.now() + 60,
        expires_at=harness.clock.now() + 3600,
        offline=offline,
    )
    insert_grant(harness, row)
    return grant_id


def revoked(harness: Harness, grant_id: str) -> bool:
    """Whether it was taken back."""
    with harness.services.database.read() as tx:
        found = tx.grants.by_id(grant_id)
    assert found is not None
    return found.revoked_at is not None
