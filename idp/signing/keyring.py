"""The keys as a running process holds them."""

from __future__ import annotations

import functools
import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from idp.kernel.clock import Clock
from idp.kernel.entropy import urlsafe
from idp.signing import algorithms
from idp.signing.keystore import KeyStore, SigningKey
from idp.signing.own_jwts import UnknownKid, verify_own_jws
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.rotation import (
    Action,
    KeyRecord,
    KeyStatus,
    Publish,
    RotationPolicy,
    keys_for_algorithm,
    plan,
    signing_key,
    survey,
)
from idp.signing.time_claims import check_times

_log = logging.getLogger(__name__)
_compact_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_REMEMBERED = 1024
"""Verified tokens that a process remembers; about 2 MiB."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """All keys at one moment, replaced as a whole, so that threads never see half a change."""

    keys: Mapping[str, SigningKey]
    lines: Mapping[str, list[KeyRecord]]
    jwks: dict[str, list[dict[str, str]]]
    verify: Callable[..., Mapping[str, Any]]  # `verify_own_jws`, which remembers tokens
    headers: dict[tuple[str, str | None], str] = field(default_factory=dict)  # encoded, by kid and typ

    @classmethod
    def from_keys(cls, keys: Mapping[str, SigningKey]) -> Self:
        verify = functools.lru_cache(_REMEMBERED)(functools.partial(verify_own_jws, keys))
        records = [key.record for key in keys.values()]
        lines = {alg: keys_for_algorithm(alg, records) for alg in algorithms.OWN}
        ordered = [keys[record.kid] for line in lines.values() for record in line]
        return cls(
            keys,
            {alg: line for alg, line in lines.items() if line},
            {"keys": [_published(key) for key in ordered]},
            verify,
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rotation would do: new keys of these algorithms sign from a time on, the old ones stay published.

    Times are epoch seconds. Without `algs` there is nothing to do: the next keys are published already.
    """

    algs: list[str]
    signs_from: int
    kept_until: int


class Keyring:
    """Signs our tokens and verifies them again. Held once per process; threads may share it."""

    def __init__(self, store: KeyStore, *, clock: Clock, policy: RotationPolicy, refresh_every: int = 10) -> None:
        """Load the keys, making the first of each algorithm when there is none.

        `refresh_every` is in seconds and must stay well below the policy's `margin`. Raises `UnsafeKeyFile` or
        `BrokenKeyFile` with a remedy, and `OSError` when the directory cannot be used.
        """
        self._store = store
        self._clock = clock
        self._policy = policy
        self._refresh_every = refresh_every
        self._lock = threading.Lock()
        self._checked_at = clock.now()
        store.rotate(self._checked_at, policy)
        self._ring = _Ring.from_keys({kid: store.load(kid) for kid in store.kids()})
        self._warm_up()

    @classmethod
    def open(cls, path: Path, *, clock: Clock, policy: RotationPolicy | None = None, refresh_every: int = 10) -> Self:
        """Return the keyring of a keys directory; see the constructor."""
        store = KeyStore(KeyDirectory(path))
        return cls(store, clock=clock, policy=policy or RotationPolicy(), refresh_every=refresh_every)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Return what `sign` accepts, the default first; what discovery publishes."""
        return tuple(alg for alg in self._policy.algorithms if alg in self._ring.lines)

    def sign(self, claims: Mapping[str, Any], *, alg: str, typ: str | None) -> str:
        """Sign `claims` as a compact JWS with `alg`, `kid` and `typ` (RFC 7515 section 3.1).

        Without `typ` it is only for a client to read: `verify` accepts no such token. Raises `ValueError` for an
        algorithm not in `algorithms`.
        """
        now = self._clock.now()
        self.refresh(now)
        ring = self._ring
        if alg not in self._policy.algorithms or alg not in ring.lines:
            raise ValueError(f"no key signs with {alg!r}")
        kid = signing_key(ring.lines[alg], now).kid
        header = ring.headers.get((kid, typ))
        if header is None:
            members = {"alg": alg, "kid": kid} | ({"typ": typ} if typ else {})
            header = urlsafe(_compact_json(members).encode("ascii"))
            ring.headers[kid, typ] = header
        signing_input = f"{header}.{urlsafe(_compact_json(claims).encode('ascii'))}"
        signature = algorithms.sign(alg, ring.keys[kid].jwk, signing_input.encode("ascii"))
        return f"{signing_input}.{urlsafe(signature)}"

    def verify(
        self,
        token: str,
        *,
        typ: str,
        now: int,
        leeway: int = 0,
        allow_expired: bool = False,
        algs: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """Verify a token that we signed as a `typ`, and return its claims; for times see `time_claims.check_times`.

        `algs` narrows the algorithms accepted for this use (RFC 8725 section 3.1). Issuer, audience and revocation
        are the caller's to check. Raises `InvalidToken`.
        """
        self.refresh(self._clock.now())
        wanted = (token, typ, algorithms.OWN if algs is None else tuple(algs))
        try:
            claims = self._ring.verify(*wanted)
        except UnknownKid:  # another node may just have made it
            self._reload()
            claims = self._ring.verify(*wanted)
        check_times(claims, now=now, leeway=leeway, allow_expired=allow_expired)
        return dict(claims)

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """Return the JWK Set of all public keys (RFC 7517 section 5).

        Shared; do not change it. It is the same object until a key is added or removed.
        """
        self.refresh(self._clock.now())
        return self._ring.jwks

    def refresh(self, now: int) -> None:
        """Take in the keys that other processes made or removed; looks at most every `refresh_every` seconds.

        Everything here calls it, so a process that uses its keyring is never further behind than that. When the
        directory cannot be read, the keys in hand are kept and an error is logged: sign-in goes on.
        """
        if abs(now - self._checked_at) >= self._refresh_every:
            self._checked_at = now
            self._reload()

    def rotate(
        self, *, force: bool = False, at_once: bool = False, algs: Collection[str] | None = None
    ) -> list[Action]:
        """Do what is due; both the schedule and the command call this. See `rotation.plan` for the arguments.

        Raises `ValueError` for an algorithm that the policy does not name, and what the constructor raises.
        """
        if unknown := set(algs or ()) - set(self._policy.algorithms):
            raise ValueError(f"no key signs with {', '.join(sorted(unknown))}")
        actions = self._store.rotate(self._clock.now(), self._policy, force=force, at_once=at_once, algs=algs)
        self._reload()
        return actions

    def survey(self, *, fresh: bool = False) -> list[KeyStatus]:
        """Return every key, its state, and until when; `fresh`: also keys that another process made a moment ago."""
        now = self._clock.now()
        if fresh:
            self._reload()
        self.refresh(now)
        return survey([key.record for key in self._ring.keys.values()], now, self._policy)

    def preview(self, *, at_once: bool = False, algs: Collection[str] | None = None) -> Preview:
        """Return what a rotation before its time would do now; the arguments are those of `rotate`."""
        self._reload()
        now, records = self._clock.now(), [key.record for key in self._ring.keys.values()]
        actions = plan(records, now, self._policy, force=True, at_once=at_once, algs=algs)
        published = [action for action in actions if isinstance(action, Publish)]
        signs_from = min((action.signs_from for action in published), default=now)
        kept_until = signs_from + self._policy.longest_token + self._policy.margin
        return Preview([action.alg for action in published], signs_from, kept_until)

    def _reload(self) -> None:
        with self._lock:
            held = self._ring.keys
            try:
                kids = self._store.kids()
                if not kids:  # an unmounted volume, not a rotation
                    raise FileNotFoundError("the keys directory is empty")
                if kids != held.keys():
                    self._ring = _Ring.from_keys({kid: held.get(kid) or self._store.load(kid) for kid in kids})
            except (KeyFileError, OSError):
                _log.exception("cannot read the signing keys; going on with those in memory")

    def _warm_up(self) -> None:
        """Sign once with each key: the first check of an RSA key's primes takes 30 ms, too long for a request."""
        for alg in self.algorithms:
            signer = signing_key(self._ring.lines[alg], self._checked_at)
            algorithms.sign(alg, self._ring.keys[signer.kid].jwk, b"")


def _published(key: SigningKey) -> dict[str, str]:
    public = algorithms.public_members(key.jwk)
    return {**public, "use": "sig", "alg": key.record.alg, "kid": key.record.kid}
