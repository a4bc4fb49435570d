"""An export of Keycloak's users: `kc.sh export --users realm_file`, or one of the files of `--users different_files`.

A password is moved with its hash, an authenticator app if it has the parameters that apps understand (SHA-1, six
digits, 30 seconds). Passkeys, which belong to the address of the old server, counters and recovery codes stay behind.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from idp.admin.people_import import Entry, UnreadableFile
from idp.factors import imported_hashes
from idp.factors.imported_hashes import UnusableHash
from idp.kernel import strict_json

TOTP = {"subType": "totp", "digits": 6, "period": 30, "algorithm": "HmacSHA1"}
PASSWORD_HASHES = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
PROFILE = {"firstName": "given_name", "lastName": "family_name"}
SET_UP_TOTP, SET_PASSWORD = "CONFIGURE_TOTP", "UPDATE_PASSWORD"

Json = Mapping[str, Any]


def entries_of(export: Json) -> Iterator[Entry]:
    """Yield the entries of an export; raises `UnreadableFile` when it has no users."""
    users = export.get("users")
    if not isinstance(users, list):
        raise UnreadableFile("There are no users in this export. Write it with `kc.sh export --users realm_file`.")
    for number, user in enumerate(users, start=1):
        if not isinstance(user, dict):
            raise UnreadableFile(f"user {number} is not a JSON object.")
        if not user.get("serviceAccountClientId"):
            yield _read_user(user, f"user {number}")


def _read_user(user: Json, place: str) -> Entry:
    try:
        return _entry(user, place)
    except (AttributeError, TypeError):
        raise UnreadableFile(f"{place} is not written as Keycloak writes users.") from None


def _entry(user: Json, place: str) -> Entry:
    names = {claim: user[member] for member, claim in PROFILE.items() if user.get(member)}
    username = user.get("username")
    address = username if isinstance(username, str) and "@" in username else None
    email = user.get("email") or address
    actions = user.get("requiredActions") or ()
    values = {
        "subject": user.get("id"),
        "username": address.replace("@", ".") if address else username,
        "preferred_username": address,
        "email": email,
        "email_verified": user.get("emailVerified") if email else None,
        "name": " ".join(str(name) for name in names.values()) or None,
        "disabled": user.get("enabled") is False,
        "second_step_required": SET_UP_TOTP in actions,
        "groups": [str(path).removeprefix("/") for path in user.get("groups") or ()],
        **names,
    }
    left_out = []
    for credential in user.get("credentials") or ():
        temporary = SET_PASSWORD in actions and credential.get("type") == "password"
        field, value = (None, "temporary password") if temporary else _moved(credential)
        if field and field not in values:
            values[field] = value
        else:
            left_out.append(str(value))
    return Entry(place, {name: value for name, value in values.items() if value is not None}, tuple(left_out))


def _moved(credential: Json) -> tuple[str | None, str]:
    """Return field and value of a credential; None, and what it is, when it cannot be moved."""
    kind = str(credential.get("type"))
    if kind not in {"password", "otp"}:
        return None, kind
    try:
        secret, about = (strict_json.parse_strictly(credential[name]) for name in ("secretData", "credentialData"))
        if kind == "password":
            return "password_hash", _password_hash(secret, about)
        if {name: about.get(name) for name in TOTP} != TOTP:
            return None, "otp with other parameters than apps have"
        return "totp_secret", _totp_secret(secret["value"], about.get("secretEncoding"))
    except UnusableHash as error:
        return None, f"password whose hash {error}"
    except (LookupError, TypeError, ValueError, AttributeError):
        return None, f"{kind} that cannot be read"


def _password_hash(secret: Json, about: Json) -> str:
    salt, digest = (base64.b64decode(secret[name], validate=True) for name in ("salt", "value"))
    algorithm, iterations = about["algorithm"], int(about["hashIterations"])
    if algorithm == "argon2":
        more = {name: values[0] for name, values in about["additionalParameters"].items()}
        if more["version"] != "1.3":
            raise UnusableHash("is argon2 of an old version")
        return imported_hashes.argon2(
            kind=f"argon2{more['type']}",
            salt=salt,
            digest=digest,
            m=int(more["memory"]),
            t=iterations,
            p=int(more["parallelism"]),
        )
    return imported_hashes.pbkdf2(kind=PASSWORD_HASHES[algorithm], salt=salt, digest=digest, i=iterations)


def _totp_secret(value: str, encoding: str | None) -> str:
    """Return the key in base32; without an encoding its characters are the key itself."""
    return value if encoding == "BASE32" else base64.b32encode(value.encode()).decode()
