"""Signing keys on disk, one immutable file each, and the execution of rotation plans."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from jwcrypto.jwk import JWK

from idp.signing import algorithms
from idp.signing.private_files import BrokenKeyFile, KeyDirectory
from idp.signing.rotation import Action, KeyRecord, Publish, RotationPolicy, keys_for_algorithm, plan

_PREFIX, _SUFFIX = "signing-", ".json"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and what rotation knows of it."""

    record: KeyRecord
    jwk: JWK


class KeyStore:
    """The signing keys in a keys directory."""

    def __init__(self, directory: KeyDirectory) -> None:
        self._directory = directory

    def kids(self) -> frozenset[str]:
        """Return the ids of the keys that exist. As files never change, equal ids mean equal keys."""
        names = self._directory.names(f"{_PREFIX}*{_SUFFIX}")
        return frozenset(name.removeprefix(_PREFIX).removesuffix(_SUFFIX) for name in names)

    def load(self, kid: str) -> SigningKey:
        """Read one key; raises `FileNotFoundError`, `UnsafeKeyFile` or `BrokenKeyFile`."""
        name = _file_name(kid)
        content = self._directory.read(name)
        try:
            jwk = JWK(**content.pop("jwk"))
            record = KeyRecord(**content)
        except Exception as err:  # jwcrypto has no common error for a bad key, and a wrong member is a TypeError
            raise self._broken(name) from err
        if record.kid != kid or not _is_consistent(record, jwk):
            raise self._broken(name)
        return SigningKey(record, jwk)

    def rotate(
        self,
        now: int,
        policy: RotationPolicy,
        *,
        force: bool = False,
        at_once: bool = False,
        algs: Collection[str] | None = None,
    ) -> list[Action]:
        """Create and delete keys according to `rotation.plan`; returns what was done.

        Safe to call from every node at any time: the plan is made again under the lock, so that of many callers one
        acts. Without anything to do nothing is locked or written, and a read-only directory will do.
        """
        if not plan(self._records(), now, policy, force=force, at_once=at_once, algs=algs):
            return []
        with self._directory.lock():
            actions = plan(self._records(), now, policy, force=force, at_once=at_once, algs=algs)
            for action in actions:
                if isinstance(action, Publish):
                    self._publish(action, now, policy)
                else:
                    self._directory.remove(_file_name(action.kid))
        return actions

    def _records(self) -> list[KeyRecord]:
        return [self.load(kid).record for kid in self.kids()]

    def _publish(self, action: Publish, now: int, policy: RotationPolicy) -> None:
        jwk = algorithms.generate(action.alg, rsa_bits=policy.rsa_bits)
        line = keys_for_algorithm(action.alg, self._records())
        record = KeyRecord(
            kid=jwk.thumbprint(),  # RFC 7638
            alg=action.alg,
            serial=line[-1].serial + 1 if line else 1,
            created_at=now,
            signs_from=action.signs_from,
        )
        content: dict[str, Any] = {**asdict(record), "jwk": jwk.export_private(as_dict=True)}
        self._directory.write(_file_name(record.kid), content)

    def _broken(self, name: str) -> BrokenKeyFile:
        return BrokenKeyFile(f"{self._directory.path / name} is not a signing key. Restore it, or move it away.")


def _file_name(kid: str) -> str:
    return f"{_PREFIX}{kid}{_SUFFIX}"


def _is_consistent(record: KeyRecord, jwk: JWK) -> bool:
    times = (record.serial, record.created_at, record.signs_from)
    return (
        all(type(number) is int for number in times)
        and record.alg in algorithms.OWN
        and algorithms.fits(record.alg, jwk)
        and bool(jwk.has_private)
        and jwk.thumbprint() == record.kid
    )
