"""Whether the proxy keeps strangers from sending a certificate in the header that it sets itself (RFC 9440 section 4).

    GET /userinfo   X-Client-Cert: <made up>, and an expired access token that is bound to it
    GET /userinfo   X_Client_Cert: <made up>: to the server it is the same name

The token opens nothing in any case. If its certificate is said to be missing, the proxy has dropped the header; if
the token itself is refused, the header came through, and anybody could be any client.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from idp.config import Settings
from idp.kernel import strict_json
from idp.kernel.clock import HOUR, Clock
from idp.protocol.api.bearer import INVALID
from idp.protocol.sender_constraint.certificates import X5T
from idp.protocol.sender_constraint.resource_requests import OTHER_CERTIFICATE
from idp.protocol.tokens import ACCESS_TOKEN_ALG, ACCESS_TOKEN_TYPE
from idp.server.doctor.discovery import LARGEST, TIMEOUT
from idp.server.doctor.findings import Finding, Level
from idp.signing.forged_certificates import forge_certificate, sign_with, write_header
from idp.signing.keystore import KeyStore, SigningKey
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.rotation import KeyState, RotationPolicy, survey

PATH = "/userinfo"
TOPIC = "proxy"
REMEDY = (
    "Let the proxy set the header with every request, or empty it; and drop names with underscores "
    "(nginx: underscores_in_headers off). See docs/reference/sender-constrained-tokens.md."
)


def check_certificate_header(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Send a forged certificate to each address of this installation, and tell whether it was believed."""
    key = _signing_key(settings, clock) if settings.client_certificate_header else None
    if key is None:  # a missing key is reported elsewhere
        return
    for origin in filter(None, (settings.issuer, settings.mtls_origin)):
        yield _check_origin(settings, origin, key, clock.now())


def _check_origin(settings: Settings, origin: str, key: SigningKey, now: int) -> Finding:
    header, forged = settings.client_certificate_header, forge_certificate(now)
    nobody = {"iss": settings.issuer, "aud": settings.issuer, "sub": "doctor", "client_id": "doctor", "jti": "doctor"}
    claims = {**nobody, "iat": now - HOUR, "exp": now - HOUR, "cnf": {X5T: forged.thumbprint}}
    token = sign_with(key, claims, typ=ACCESS_TOKEN_TYPE)
    written = write_header(forged, settings.client_certificate_format)
    for name in dict.fromkeys((header, header.replace("-", "_"))):
        refusal = _request_userinfo(origin, {"Authorization": f"Bearer {token}", name: written})
        if refusal == INVALID[2]:
            message = f"anybody can send a certificate to {origin} in {name}, and so be any app that has one"
            return Finding(Level.FAIL, TOPIC, message, REMEDY)
        if refusal != OTHER_CERTIFICATE:
            message = f"{origin} does not say whether {name} of a stranger is dropped: {refusal}"
            return Finding(Level.WARN, TOPIC, message, REMEDY)
    return Finding(Level.OK, TOPIC, f"a certificate of a stranger in {header} does not come through {origin}")


def _request_userinfo(origin: str, headers: dict[str, str]) -> str:
    """Return the sentence of the refusal, or what answered instead."""
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        with closing(kind(parts.netloc, timeout=TIMEOUT)) as connection:
            connection.request("GET", PATH, headers=headers)
            response = connection.getresponse()
            body, status = response.read(LARGEST), f"status {response.status}"
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    try:
        found = strict_json.parse(body)
    except ValueError:
        return status
    return str(found.get("error_description", status)) if isinstance(found, dict) else status


def _signing_key(settings: Settings, clock: Clock) -> SigningKey | None:
    try:
        store = KeyStore(KeyDirectory(settings.keys_dir))
        keys = [store.load(kid) for kid in store.kids()] if settings.keys_dir.is_dir() else []
    except (KeyFileError, OSError):
        return None
    states = survey([key.record for key in keys], clock.now(), RotationPolicy())
    active = {status.key.kid for status in states if status.state is KeyState.ACTIVE}
    return next((key for key in keys if key.record.kid in active and key.record.alg == ACCESS_TOKEN_ALG), None)
