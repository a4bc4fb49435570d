"""When keys change: pure functions of the keys, the time and a policy. See the package docstring for a key's life.

Keys of one algorithm form a line, ordered by `serial`. The signer at a moment is the last key of the line whose
`signs_from` has come. A key is therefore retired for good as soon as any later one signs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from idp.kernel.clock import DAY, MINUTE
from idp.signing.algorithms import OWN


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What rotation knows of a key. Times are epoch seconds."""

    kid: str
    alg: str
    serial: int
    created_at: int
    signs_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationPolicy:
    """How long keys live, in seconds. Raises `ValueError` for a schedule that could not be kept."""

    algorithms: tuple[str, ...] = OWN
    period: int = 90 * DAY
    publish_ahead: int = DAY
    longest_token: int = DAY
    """The longest lifetime of any token we sign; an expired `id_token_hint` is understood for as long, too."""
    margin: int = 5 * MINUTE
    """By how much nodes may lag or differ: their refresh interval, clock skew, and the leeway of those who verify."""
    rsa_bits: int = 2048

    def __post_init__(self) -> None:
        if unknown := set(self.algorithms) - set(OWN):
            raise ValueError(f"cannot sign with {', '.join(sorted(unknown))}; choose from {', '.join(OWN)}")
        if not 0 <= self.publish_ahead < self.period:
            raise ValueError("publish_ahead must be shorter than period: a key is published before it signs")
        if min(self.longest_token, self.margin) < 0:
            raise ValueError("longest_token and margin are seconds and cannot be negative")
        if self.rsa_bits < 2048:  # noqa: PLR2004 - RFC 7518 section 3.3
            raise ValueError("rsa_bits must be at least 2048 (RFC 7518 section 3.3)")


@dataclass(frozen=True, slots=True)
class Publish:
    """Make a new key, the last of its line, that signs from a moment on."""

    alg: str
    signs_from: int


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a key whose last token has expired."""

    alg: str
    kid: str


Action = Publish | Remove


class KeyState(StrEnum):
    """Where in its life a key is."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """A key, its state, and when the state ends: next key signs, active key is due for rotation, retired key goes."""

    key: KeyRecord
    state: KeyState
    until: int


def keys_for_algorithm(alg: str, keys: Iterable[KeyRecord]) -> list[KeyRecord]:
    """Return the keys of one algorithm in their order."""
    return sorted((key for key in keys if key.alg == alg), key=lambda key: (key.serial, key.kid))


def signing_key(line: Sequence[KeyRecord], now: int) -> KeyRecord:
    """Return the one key of a line that signs at `now`; `line` is in order and not empty.

    When no key's time has come (the clock was set back) the first signs: some key always does.
    """
    return next((key for key in reversed(line) if key.signs_from <= now), line[0])


def survey(keys: Collection[KeyRecord], now: int, policy: RotationPolicy) -> list[KeyStatus]:
    """Return the state of every key, by algorithm and order in the line."""
    return [
        status
        for alg in sorted({key.alg for key in keys})
        for status in _states(keys_for_algorithm(alg, keys), now, policy)
    ]


def plan(
    keys: Collection[KeyRecord],
    now: int,
    policy: RotationPolicy,
    *,
    force: bool = False,
    at_once: bool = False,
    algs: Collection[str] | None = None,
) -> list[Action]:
    """Return what to do now, for each of `algs` (default: all of the policy) independently; usually nothing.

    `force` starts a rotation before its time: the next key is published now and signs after `publish_ahead`.
    `at_once` is for emergencies: a new key signs immediately, and a waiting next key never will. Apps that cached
    the JWKS fetch it again when they see the new `kid`. Both keep what was signed before verifiable.
    Keys of algorithms that the policy no longer names are left alone.
    """
    wanted = [alg for alg in policy.algorithms if algs is None or alg in algs]
    return [
        action
        for alg in wanted
        for action in _plan_line(alg, keys_for_algorithm(alg, keys), now, policy, force=force, at_once=at_once)
    ]


def _plan_line(
    alg: str, line: list[KeyRecord], now: int, policy: RotationPolicy, *, force: bool, at_once: bool
) -> list[Action]:
    if not line or at_once:
        actions: list[Action] = [Publish(alg, signs_from=now)]
    elif line[-1] is not (signer := signing_key(line, now)):
        actions = []  # the next key is published already
    else:
        due = now if force else signer.signs_from + policy.period
        signs_from = max(due, now + policy.publish_ahead)
        actions = [Publish(alg, signs_from)] if now >= due - policy.publish_ahead else []
    spent = [s for s in _states(line, now, policy) if s.state is KeyState.RETIRED and s.until <= now]
    return actions + [Remove(alg, status.key.kid) for status in spent]


def _states(line: Sequence[KeyRecord], now: int, policy: RotationPolicy) -> list[KeyStatus]:
    if not line:
        return []
    active = line.index(signing_key(line, now))
    return [
        *(
            KeyStatus(key, KeyState.RETIRED, _end_of_retirement(line[i + 1 :], policy))
            for i, key in enumerate(line[:active])
        ),
        KeyStatus(line[active], KeyState.ACTIVE, line[active].signs_from + policy.period),
        *(KeyStatus(key, KeyState.NEXT, key.signs_from) for key in line[active + 1 :]),
    ]


def _end_of_retirement(later: Sequence[KeyRecord], policy: RotationPolicy) -> int:
    """Return when a key's last token has expired: it signed until the first of the `later` ones."""
    return min(key.signs_from for key in later) + policy.longest_token + policy.margin
