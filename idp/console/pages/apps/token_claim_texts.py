"""What the claims of tokens mean, in plain words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from idp.kernel.dates import Moment
from idp.kernel.text import Text

MEANINGS = {
    "iss": Text("Who says this: Countersign at this address."),
    "sub": Text("The person. It stays the same for ever, so the app should keep this and not the address."),
    "aud": Text("For whom it is: this app, or the API that takes it."),
    "azp": Text("The app that asked for it."),
    "client_id": Text("The app that asked for it."),
    "iat": Text("When it was made."),
    "exp": Text("Until when it is good."),
    "auth_time": Text("When the person last proved who they are."),
    "acr": Text("The level of the sign-in."),
    "amr": Text("What the person proved it with."),
    "sid": Text("The session. When it ends, the app can be told by this id."),
    "jti": Text("The id of this token."),
    "at_hash": Text("Ties the ID token to the access token beside it."),
    "nonce": Text("Ties the answer to the app's own request."),
    "scope": Text("What the app may ask for."),
    "alg": Text("What it is signed with."),
    "kid": Text("Which of our published keys it is signed with."),
    "typ": Text("What kind of token it is."),
    "name": Text("The full name."),
    "given_name": Text("The given name."),
    "family_name": Text("The family name."),
    "preferred_username": Text("The user name. It can change, so it is not for recognising the person."),
    "email": Text("The email address."),
    "email_verified": Text("Whether the person has shown that the address is theirs."),
    "phone_number": Text("The phone number."),
    "phone_number_verified": Text("Whether the person has shown that the number is theirs."),
    "address": Text("The postal address."),
    "locale": Text("The language."),
    "zoneinfo": Text("The time zone."),
    "updated_at": Text("When the profile last changed."),
    "groups": Text("The groups that the person is in."),
}
OTHER = Text("A claim of this installation.")
TIMES = frozenset({"iat", "exp", "auth_time", "updated_at"})


def claim_rows(claims: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each claim: name, value and meaning; times also as people write them."""
    return [
        {
            "name": name,
            "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
            "time": Moment(value) if name in TIMES else None,
            "meaning": MEANINGS.get(name, OTHER),
        }
        for name, value in claims.items()
    ]
