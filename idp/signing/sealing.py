"""Secrets at rest: what we must be able to read back (TOTP seeds), sealed so that a stolen database is not enough.

    sealed  =  "1." key id "." base64url( nonce 12 bytes | AES-256-GCM ciphertext | tag 16 bytes )

The row's id is authenticated with it: a sealed value copied to another person's row does not open. The keys live in
`sealing.json`, oldest first; the last one seals, all of them unseal, so a new key needs no rewriting of old rows.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.kernel.entropy import Entropy, urlsafe
from idp.signing import base64url
from idp.signing.private_files import BrokenKeyFile, KeyDirectory, KeyFileError

_FILE = "sealing.json"
_FORMAT = "1"
_KEY_LENGTH = 32
_NONCE_LENGTH = 12


class SealBroken(Exception):
    """A sealed value does not open: changed, moved to another row, or its key is gone. It never reveals which."""

    def __init__(self) -> None:
        super().__init__("a sealed value does not open")


class Sealer:
    """Seals and unseals. Created once; threads and forked processes may share it."""

    def __init__(self, directory: KeyDirectory, entropy: Entropy, *, now: int) -> None:
        """Load the sealing keys, making the first when there is none; `now` is noted as its date.

        Raises `UnsafeKeyFile` or `BrokenKeyFile` with a remedy, and `OSError` when the directory cannot be used.
        """
        self._directory = directory
        self._entropy = entropy
        if not directory.names(_FILE):
            with directory.lock():
                if not directory.names(_FILE):  # many processes start at once; the first one to get here decides
                    self._add_key([], now)
        self._keys = self._load()

    @classmethod
    def open(cls, path: Path, entropy: Entropy, *, now: int) -> Sealer:
        """Return the sealer of a keys directory; see the constructor."""
        return cls(KeyDirectory(path), entropy, now=now)

    @staticmethod
    def check(path: Path) -> None:
        """Look whether the sealing keys of a keys directory can be used, making none; raises as the constructor."""
        _read_keys(KeyDirectory(path))

    def seal(self, plaintext: bytes, *, row: str) -> str:
        """Encrypt for one row, named by an id that is unique across tables, such as `factors:<id>`."""
        kid, key = next(reversed(self._keys.items()))
        nonce = self._entropy.bytes(_NONCE_LENGTH)
        ciphertext = AESGCM(key).encrypt(nonce, plaintext, _bound_to(_FORMAT, kid, row))
        return f"{_FORMAT}.{kid}.{urlsafe(nonce + ciphertext)}"

    def unseal(self, sealed: str, *, row: str) -> bytes:
        """Return what was sealed for that row; raises `SealBroken`, the same for every cause."""
        try:
            form, kid, text = sealed.split(".")
            raw = base64url.decode(text)
            if kid not in self._keys:
                self._keys = self._load()  # another node has added a key
            key = self._keys[kid]
            return AESGCM(key).decrypt(raw[:_NONCE_LENGTH], raw[_NONCE_LENGTH:], _bound_to(form, kid, row))
        except (InvalidTag, KeyError, KeyFileError, OSError, ValueError):
            raise SealBroken from None

    def rotate(self, *, now: int) -> str:
        """Seal with a new key from now on; returns its id. Other processes load it when they see it."""
        with self._directory.lock():
            kid = self._add_key(self._directory.read(_FILE)["keys"], now)
        self._keys = self._load()
        return kid

    def pepper(self, label: str) -> bytes:
        """Derive 32 bytes for a keyed hash from the oldest key (RFC 5869): always the same for a label."""
        return _derive_pepper(next(iter(self._keys.values())), label)

    def _add_key(self, keys: Sequence[dict[str, Any]], now: int) -> str:
        kid = self._entropy.token(9)
        key = {"kid": kid, "created_at": now, "key": urlsafe(self._entropy.bytes(_KEY_LENGTH))}
        self._directory.write(_FILE, {"keys": [*keys, key]})
        return kid

    def _load(self) -> dict[str, bytes]:
        return _read_keys(self._directory)


@functools.lru_cache(maxsize=16)
def _derive_pepper(key: bytes, label: str) -> bytes:
    info = f"countersign pepper {label}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_LENGTH, salt=None, info=info).derive(key)


def _read_keys(directory: KeyDirectory) -> dict[str, bytes]:
    content = directory.read(_FILE)
    try:
        keys = {entry["kid"]: base64url.decode(entry["key"]) for entry in content["keys"]}
    except (AttributeError, KeyError, TypeError, ValueError):
        keys = {}
    if not keys or any(len(key) != _KEY_LENGTH for key in keys.values()):
        raise BrokenKeyFile(
            f"{directory.path / _FILE} holds no sealing keys. Restore it: what they sealed is lost without."
        )
    return keys


def _bound_to(form: str, kid: str, row: str) -> bytes:
    return f"{form}.{kid}.{row}".encode()
