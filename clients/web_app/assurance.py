"""Assurance: the level this app requires, and explanations of a sign-in for the person."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from .tokens import LEEWAY, Claims

STRONG = ("mfa", "phr", "phrh")
"""The `acr` values that count as two factors or better. `remembered` does not: nobody proved a second factor then."""

FRESH_SECONDS = 300
"""How long ago that may have been."""

ACR_WORDS = {
    "pwd": "One factor, such as your password alone",
    "remembered": "Your password, on a device you asked to be remembered; no second step was asked this time",
    "two-step": "Your password and a code sent to your email",
    "mfa": "Two different kinds of proof",
    "phr": "A sign-in that cannot be phished",
    "phrh": "A sign-in that cannot be phished, with a certified hardware key",
}

AMR_WORDS = {
    "pwd": "password",
    "otp": "one-time code",
    "sms": "code by text message",
    "pop": "passkey",
    "swk": "passkey",
    "hwk": "security key",
    "pin": "PIN",
    "fpt": "fingerprint",
    "face": "face",
}
JUST_NOW_SECONDS = 10
AMR_SILENT = ("mfa", "mca", "user")  # they describe the others and are no proof of their own


def is_satisfied(
    claims: Claims, now: float, acr_values: Sequence[str] = STRONG, max_age: int | None = FRESH_SECONDS
) -> bool:
    """Whether `claims` prove one of `acr_values`, not longer than `max_age` seconds ago (None: at any time)."""
    if acr_values and claims.get("acr") not in acr_values:
        return False
    if max_age is None:
        return True
    auth_time = claims.get("auth_time")
    return isinstance(auth_time, int) and abs(now - auth_time) <= max_age + LEEWAY


def step_up(acr_values: Sequence[str], max_age: int | None, *, has_claims_parameter: bool) -> dict[str, object]:
    """Return authorization parameters that require one of `acr_values` within `max_age` seconds."""
    wishes: dict[str, object] = {} if max_age is None else {"max_age": max_age}
    if acr_values and has_claims_parameter:
        # Essential: reach one of these or fail (Core section 5.5.1.1). `acr_values` alone is only a wish.
        wishes["claims"] = json.dumps({"id_token": {"acr": {"essential": True, "values": list(acr_values)}}})
    elif acr_values:
        wishes["acr_values"] = " ".join(acr_values)
    return wishes


def proofs(claims: Claims) -> list[str]:
    """Describe the methods of `amr` (RFC 8176), such as "password" and "one-time code"."""
    amr = [str(method) for method in claims.get("amr") or []]
    words = dict(AMR_WORDS)
    if "mca" in amr:
        words["otp"] = "code sent to you"  # it came over another channel, not from an app
    return [words.get(method, method) for method in amr if method not in AMR_SILENT]


def moment(seconds: float) -> str:
    """Format a time of day, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y, %H:%M:%S UTC")


def distance(seconds: float) -> str:
    """Format a relative time: "in 5 minutes", "2 hours ago"."""
    if -JUST_NOW_SECONDS < seconds < JUST_NOW_SECONDS:
        return "just now"
    size, unit = abs(seconds), "second"
    for count, name in ((60, "minute"), (3600, "hour"), (86400, "day")):
        if abs(seconds) >= count:
            size, unit = abs(seconds) / count, name
    number = round(size)
    words = f"{number} {unit}" + ("" if number == 1 else "s")
    return f"in {words}" if seconds > 0 else f"{words} ago"


def describe_confirmation(auth_time: float, started_at: float, now: float) -> str:
    """Say when the person confirmed that it is them, and whether it was before this step-up started."""
    sentence = f"You confirmed that it is you {distance(auth_time - now)}, on {moment(auth_time)}."
    return sentence + (" That is recent enough: you were not asked again." if auth_time < int(started_at) else "")


def meaning(name: str, claims: Claims) -> str:
    """Explain an ID token claim in one sentence; empty when its name is clear."""
    value = claims[name]
    if name == "acr":
        return ACR_WORDS.get(str(value), "")
    if name == "amr":
        return "You proved it with: " + " + ".join(proofs(claims))
    if name in ("auth_time", "exp", "iat") and isinstance(value, int | float):
        lead = {"auth_time": "You last proved who you are on", "exp": "Not to be believed after", "iat": "Issued on"}
        return f"{lead[name]} {moment(value)}"
    return {
        "iss": "Who vouches for you",
        "sub": "Your lasting id there; the only value safe to keep as a key",
        "aud": "The app this is meant for: this one",
        "azp": "The app that asked for it: this one",
        "nonce": "Ties this answer to the question asked, so that an old one cannot be replayed",
        "at_hash": "Ties this answer to the access token that came with it",
        "sid": "Your session at the provider",
    }.get(name, "")
