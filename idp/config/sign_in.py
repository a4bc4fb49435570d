"""Settings of sign-in: lifetimes, policy and rate limits."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from idp.config.installation import DAY

HOUR = 3600


class SignIn(BaseModel):
    """Sessions, second steps, passwords, rate limits and account self-service."""

    session_idle: int = Field(7 * DAY, ge=60, description="A session nobody used for this long has ended.")
    session_lifetime: int = Field(30 * DAY, ge=60, description="A session ends at this age, used or not.")
    keep_signed_in_days: int = Field(
        7,
        ge=0,
        le=7,
        description=(
            "Days that closing the browser does not sign a person out, if they choose so when they sign in; 0 never "
            "offers it."
        ),
    )
    session_management: bool = Field(
        default=False,
        description="Whether apps may watch the session from a frame (OpenID Connect Session Management 1.0); see "
        "[logout.md](logout.md).",
    )
    sessions_per_person: int = Field(
        50,
        ge=1,
        le=1000,
        description="Sessions one person may have; a sign-in beyond that ends the one that was used least recently.",
    )
    second_factor_lifetime: int = Field(
        DAY,
        ge=60,
        description="How long a second factor, once given, counts inside a session (NIST SP 800-63B: 24 hours).",
    )
    login_lifetime: int = Field(1800, ge=60, le=DAY, description="How long a person may take to finish one sign-in.")
    fresh_sign_in: int = Field(
        600,
        ge=30,
        le=3600,
        description="How long the sign-in for one change lasts, and how recent one must be to end sessions.",
    )
    admin_view_age: int = Field(
        12 * HOUR, ge=300, le=DAY, description="How recent an administrator's second factor must be to look around."
    )
    admin_change_age: int = Field(600, ge=60, le=HOUR, description="How recent it must be for what cannot be undone.")
    remember_days: int = Field(
        14, ge=0, le=365, description="Days a remembered device skips the second step; 0 switches it off."
    )
    second_step: Literal["optional", "required"] = Field(
        "optional", description="Whether everybody must have a second step."
    )
    second_step_grace_days: int = Field(
        0,
        ge=0,
        le=90,
        description=(
            "Days somebody who must have a second step and has none may go on without; counted once per person, from "
            "their first sign-in under that rule. 0: it is set up at once."
        ),
    )
    recovery_codes_viewable: bool = Field(
        default=False,
        description="Whether people may look at their recovery codes again; a sealed copy is kept for it.",
    )
    people_may_close_account: bool = Field(default=False, description="Whether people may close their own account.")
    people_may_register: bool = Field(
        default=False,
        description="Whether strangers may create an account, after they proved their email address.",
    )
    breached_passwords: str = Field(
        "",
        description=(
            "File of SHA-1 hashes of breached passwords, one a line in hexadecimal, sorted, perhaps with `:count` "
            "behind each (as Have I Been Pwned gives them out, ordered by hash); such passwords are refused."
        ),
    )
    places_file: str = Field(
        "",
        description="MaxMind DB file (`.mmdb`, of cities or countries) that tells people where a sign-in came from.",
    )
    attestation_roots: str = Field(
        "",
        description=(
            "PEM file, or folder of `.pem` files: root certificates of makers of security keys whom you trust to say "
            "that a key is in hardware. People who add a passkey are then asked to let its maker be known; keys those "
            "makers vouch for reach `phrh`."
        ),
    )
    password_min_length: int = Field(8, ge=8, description="Least password length for people with a second step.")
    password_min_length_alone: int = Field(
        15, ge=8, description="Least password length where the password is the only factor."
    )
    throttle_per_quarter_hour: int = Field(
        10, ge=1, description="Failed passwords, and failed codes, one bucket allows in 15 minutes."
    )
    throttle_per_day: int = Field(
        50, ge=1, description="Failed passwords, and failed codes, one bucket allows in 24 hours."
    )
    throttle_network_per_quarter_hour: int = Field(
        100,
        ge=1,
        description=(
            "Wrong passwords, of all names together, one network (IPv4 address, IPv6 /64) may send in 15 minutes; "
            "known devices are not counted. As many codes are sent to phone numbers that people of one network set up. "
            "Raise it when very many people share one address."
        ),
    )
    throttle_network_per_day: int = Field(1000, ge=1, description="The same in 24 hours.")
    login_flows_per_network: int = Field(
        1000,
        ge=10,
        description=(
            "Sign-ins that one network (IPv4 address, IPv6 /64) may start in 15 minutes and leave without any proof; "
            "each is a row of at most about 8 KB. Raise it when very many people share one address."
        ),
    )
    throttle_codes_in_a_row: int = Field(
        100, ge=10, description="Wrong codes in a row after which a person's second step is locked."
    )
    hash_memory_kib: int = Field(
        47_104, ge=7_168, le=4_194_304, description="argon2id memory in KiB (46 MiB: the first OWASP and ASVS choice)."
    )
    hash_time_cost: int = Field(1, ge=1, le=20, description="argon2id passes.")
    hash_concurrency: int = Field(
        2, ge=1, le=64, description="How many password hashes one process computes at a time."
    )
    hash_queue: int = Field(
        4,
        ge=1,
        le=64,
        description=(
            "How many requests of one process may wait for a password hash or compute it; the next is asked to come "
            "back in a few seconds (503). Known browsers, and people who have proven something, have two more places."
        ),
    )
