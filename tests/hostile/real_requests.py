"""Good requests, of people and apps in the middle of something: what a campaign changes one thing of.

cast = Cast(harness)
cast.renew()      a new person at every page, with new codes and tokens; the clock moves on
"""

import contextlib
import json
from base64 import urlsafe_b64decode as b64decode
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from idp.factors.totp import PERIOD
from tests.hostile.good_forms import Pairs, RealRequest, browser_headers, page_requests
from tests.support.account import CODES, EMAIL, PASSKEYS, PASSWORD, PHONE, PROFILE, SECURITY, TOTP, Account
from tests.support.back_channel import FORM, BackChannelClient, basic
from tests.support.browser import Browser
from tests.support.ciba import MESSAGE, Terminal
from tests.support.client_assertions import KEY, Signer
from tests.support.console import console
from tests.support.device_grant import DEVICE, GRANT
from tests.support.harness import Harness, Someone
from tests.support.issuer_client import IssuerClient
from tests.support.mailed import alert_links, email_links, reset_links
from tests.support.relying_party import RelyingParty

HOUR = 3600
PAGES = (
    SECURITY,
    PROFILE,
    EMAIL,
    PHONE,
    PASSWORD,
    TOTP,
    f"{PASSKEYS}/add",
    CODES,
    "/account/apps",
    "/account/activity",
)
CLAIMS = '{"id_token":{"email":{"essential":true},"auth_time":null},"userinfo":{"name":null}}'
SID = "campaign-"
"""Begins the session of every code made here; each has a session of its own."""
REGISTRATION = {"client_registration": "open"}
"""The setting without which there is no good registration."""
CLIENT: dict[str, Any] = {
    "client_name": "Suite",
    "redirect_uris": ["https://app.example.test/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "client_secret_basic",
    "contacts": ["a@example.test"],
    "scope": "openid email",
    "default_max_age": 600,
    "jwks": {"keys": [KEY.export_public(as_dict=True)]},
    "client_name#de": "Sammlung",
}
NEW = "violet tram sleeps under nine bridges"


class Cast:
    """`requests` are good ones; the tokens are what their last renewal got."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.rp = RelyingParty(harness)
        self.public = RelyingParty(harness, "spa", token_endpoint_auth_method="none", first_party=False)
        self.signer = Signer(harness)
        self.tv = BackChannelClient(harness, "tv", **DEVICE)
        self.till = Terminal(harness)
        self.assertion_key = KEY
        self.requests: list[RealRequest] = []
        self.id_token = self.access_token = self.refresh_token = ""
        self._number = 0

    @property
    def key(self) -> dict[str, Any]:
        """The public key that verifies the ID token."""
        keys = self.harness.services.keyring.jwks()["keys"]
        kid = json.loads(b64decode(self.id_token.partition(".")[0] + "=="))["kid"]
        return next(key for key in keys if key["kid"] == kid)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where redirects may lead."""
        return (f"{self.harness.settings.issuer}/", self.rp.app.redirect_uri, "https://app.example.test/bye")

    def renew(self) -> None:
        """A new person and new requests; nothing of those before is needed again."""
        self._number += 1
        self.harness.clock.advance(HOUR)
        someone = self.harness.person(f"jane{self._number}", totp=True, email_verified=True)
        self.requests = [
            *self._app(someone),
            *self._sign_in(someone),
            *self._account(someone),
            *self._mailed(),
            *self._consent(someone),
            *self._device(someone),
            *self._console(someone),
            *self._registration(),
        ]

    def _app(self, someone: Someone) -> Iterator[RealRequest]:
        tokens = self.rp.tokens(someone)
        self.id_token, self.access_token = tokens["id_token"], tokens["access_token"]
        self.refresh_token = tokens["refresh_token"]
        code = self.rp.granted(someone, sid=f"{SID}{self._number}")
        headers = {"Authorization": basic("web", self.rp.app.secret), "Content-Type": FORM}
        redeem = [("grant_type", "authorization_code"), ("code", code.value), ("redirect_uri", code.redirect_uri)]
        forms: dict[str, list[Pairs]] = {
            "/token": [
                [*redeem, ("code_verifier", code.verifier)],
                [("grant_type", "refresh_token"), ("refresh_token", self.refresh_token), ("scope", "openid")],
                [("grant_type", "client_credentials"), ("scope", "profile")],
            ],
            "/par": [list(self.rp.request().items())],
            "/introspect": [[("token", self.access_token), ("token_type_hint", "access_token")]],
            "/revoke": [[("token", self.rp.tokens(someone)["refresh_token"]), ("token_type_hint", "refresh_token")]],
        }
        for path, bodies in forms.items():
            yield from (RealRequest("endpoint", "POST", path, headers=headers, form=body) for body in bodies)
        assertion = list(self.signer.form(self.signer.assertion()).items())
        yield RealRequest("endpoint", "POST", "/token", headers={"Content-Type": FORM}, form=assertion)
        bearer = {"Authorization": f"Bearer {self.access_token}"}
        yield RealRequest("endpoint", "GET", "/userinfo", headers=bearer)
        yield RealRequest("endpoint", "GET", "/api/security", headers=bearer)
        body = [("access_token", self.access_token)]
        yield RealRequest("endpoint", "POST", "/userinfo", headers={"Content-Type": FORM}, form=body)

    def _authorize(self, browser: Browser) -> Iterator[RealRequest]:
        request = self.rp.request(claims=CLAIMS, max_age=600, prompt="login", ui_locales="de fr", acr_values="mfa")
        own = browser_headers(browser)
        hint = [("id_token_hint", self.id_token)]
        yield RealRequest("authorize", "GET", "/authorize", list(request.items()) + hint, own)
        yield RealRequest("authorize", "POST", "/authorize", [], own | {"Content-Type": FORM}, list(request.items()))
        bye = [
            *hint,
            ("post_logout_redirect_uri", "https://app.example.test/bye"),
            ("state", "s"),
            ("client_id", "web"),
        ]
        yield RealRequest("logout", "GET", "/logout", bye, own)

    def _sign_in(self, someone: Someone) -> Iterator[RealRequest]:
        browser = Browser(self.harness)
        self.rp.send(browser)
        yield from page_requests(browser, "sign-in", username=someone.username, password=someone.password)
        browser.submit(username=someone.username, password=someone.password)
        yield from page_requests(browser, "sign-in", code=someone.code(self.harness.clock))
        browser.get(browser.at.replace("/code", "/recovery"))
        yield from page_requests(browser, "sign-in", code=someone.codes[0])
        newcomer = self.harness.person(f"new{self._number}", second_step_required=True)
        browser = Browser(self.harness)
        browser.get(SECURITY)
        browser.submit(username=newcomer.username, password=newcomer.password)
        yield from page_requests(browser, "sign-in", code="123456")
        browser.get(f"{browser.at.rpartition('/')[0]}/enrol/passkey")
        yield from page_requests(browser, "sign-in", credential="{}", name="Key")

    def _account(self, someone: Someone) -> Iterator[RealRequest]:
        account = Account(self.harness, someone)
        account.open()
        for page in PAGES:
            account.open(page)
            yield from page_requests(account.browser, "account", **_filled(account))
        account.open(EMAIL)
        account.browser.submit(action=EMAIL, email=f"jane{self._number}@other.example.test")
        yield from self._authorize(account.browser)
        account.browser.get("/logout")
        yield from page_requests(account.browser, "logout")

    def _consent(self, someone: Someone) -> Iterator[RealRequest]:
        browser = Browser(self.harness)
        self.public.send(browser)
        with contextlib.suppress(AssertionError):
            self.public.go_through(browser, someone)
        yield from page_requests(browser, "consent", choice="approve")
        browser.get("/account/")
        yield from page_requests(browser, "sign-out")

    def _device(self, someone: Someone) -> Iterator[RealRequest]:
        browser, form = Browser(self.harness), {"client_id": self.tv.app.client_id, "scope": "openid offline_access"}
        asked = list(form.items())
        yield RealRequest("endpoint", "POST", "/device_authorization", headers={"Content-Type": FORM}, form=asked)
        authorization = {"Authorization": basic(self.till.app.client_id, self.till.app.secret), "Content-Type": FORM}
        hinted = [("scope", "openid"), ("login_hint", someone.username), ("binding_message", MESSAGE)]
        yield RealRequest("endpoint", "POST", "/bc-authorize", headers=authorization, form=hinted)
        codes = self.tv.post("/device_authorization", form).json or {}
        poll = [("grant_type", GRANT), ("device_code", codes["device_code"]), ("client_id", self.tv.app.client_id)]
        yield RealRequest("endpoint", "POST", "/token", headers={"Content-Type": FORM}, form=poll)
        browser.get(f"/device?user_code={codes['user_code']}")
        yield from page_requests(browser, "device")
        browser.submit()
        browser.submit(username=someone.username, password=someone.password)
        self.harness.clock.advance(PERIOD)
        browser.submit(code=someone.code(self.harness.clock))
        yield from page_requests(browser, "device", choice="approve")

    def _console(self, someone: Someone) -> Iterator[RealRequest]:
        admin = console(self.harness, username=f"olga{self._number}", path=f"/admin/people/{someone.id}/edit")
        yield from page_requests(admin.browser, "console")
        admin.browser.get("/admin/people?search=jane")
        yield from page_requests(admin.browser, "console")

    def _registration(self) -> Iterator[RealRequest]:
        if self.harness.settings.client_registration != "open":
            return
        sent, path = {"Content-Type": "application/json"}, "/register"
        yield RealRequest("registration", "POST", path, headers=sent, members=CLIENT)
        own = IssuerClient(self.harness.app, self.harness.settings.issuer).post(path, json=CLIENT).json or {}
        bearer = {"Authorization": f"Bearer {own['registration_access_token']}"}
        path = urlsplit(own["registration_client_uri"]).path
        yield RealRequest("registration", "GET", path, headers=bearer)
        members = CLIENT | {"client_id": own["client_id"]}
        yield RealRequest("registration", "PUT", path, headers=sent | bearer, members=members)

    def _mailed(self) -> Iterator[RealRequest]:
        asking = Browser(self.harness)
        asking.get("/recover")
        yield from page_requests(asking, "mailed", username=f"jane{self._number}")
        asking.submit(username=f"jane{self._number}")
        for links in (reset_links, email_links, alert_links):
            reader = Browser(self.harness)
            link = links(self.harness)[-1]
            yield RealRequest("mailed", "GET", urlsplit(link).path)
            reader.get(link)
            yield from page_requests(reader, "mailed", password=NEW)


def _filled(account: Account) -> dict[str, str]:
    known = {
        "name": "Jane",
        "email": "other@example.test",
        "number": "+4915112345678",
        "channel": "sms",
        "code": "123456",
    }
    return known | {"password": NEW, "current_password": account.someone.password, "credential": "{}", "saved": "1"}
