"""Secrets at rest: what we must be able to read back (TOTP seeds), sealed so that a stolen database is not enough.

    sealed  =  "1." key id "." base64url( nonce 12 bytes | AES-256-GCM ciphertext | tag 16 bytes )

The row's id is authenticated with it: a sealed value copied to another person's row does not open. The keys are those
of `sealing_keys`: the last one seals, all of them unseal, so a new key needs no rewriting of old rows.
"""

from __future__ import annotations

import functools
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.kernel.entropy import Entropy, urlsafe
from idp.signing import base64url, sealing_keys
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.sealing_keys import FILE, KEY_LENGTH, SealingKeys

_FORMAT = "1"
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
        if not directory.names(FILE):
            with directory.lock():
                if not directory.names(FILE):  # many processes start at once; the first one to get here decides
                    sealing_keys.add_key(directory, entropy, now=now)
        self._load()

    @classmethod
    def open(cls, path: Path, entropy: Entropy, *, now: int) -> Sealer:
        """Return the sealer of a keys directory; see the constructor."""
        return cls(KeyDirectory(path), entropy, now=now)

    @staticmethod
    def check(path: Path) -> None:
        """Look whether the sealing keys of a keys directory can be used, making none; raises as the constructor."""
        sealing_keys.read_keys(KeyDirectory(path))

    @property
    def prefix(self) -> str:
        """Return what values of the newest key begin with."""
        return f"{_FORMAT}.{self._current().newest[0]}."

    @property
    def old_keys(self) -> int:
        """Return how many keys there are beside the newest."""
        return len(self._current().keys) - 1

    @property
    def newest_at(self) -> int:
        """Return when the newest key was made (seconds, UTC)."""
        return self._current().newest_at

    def seal(self, plaintext: bytes, *, row: str) -> str:
        """Encrypt for one row, named by an id that is unique across tables, such as `factors:<id>`."""
        kid, key = self._current().newest
        nonce = self._entropy.bytes(_NONCE_LENGTH)
        ciphertext = AESGCM(key).encrypt(nonce, plaintext, _bound_to(_FORMAT, kid, row))
        return f"{_FORMAT}.{kid}.{urlsafe(nonce + ciphertext)}"

    def unseal(self, sealed: str, *, row: str) -> bytes:
        """Return what was sealed for that row; raises `SealBroken`, the same for every cause."""
        try:
            form, kid, text = sealed.split(".")
            raw = base64url.decode(text)
            if kid not in self._keys.keys:
                self._load()  # another node has added a key
            key = self._keys.keys[kid]
            return AESGCM(key).decrypt(raw[:_NONCE_LENGTH], raw[_NONCE_LENGTH:], _bound_to(form, kid, row))
        except (InvalidTag, KeyError, KeyFileError, OSError, ValueError):
            raise SealBroken from None

    def rotate(self, *, now: int) -> None:
        """Seal with a new key from now on, in all processes."""
        with self._directory.lock():
            sealing_keys.add_key(self._directory, self._entropy, now=now)
        self._load()

    def remove_old_keys(self) -> int:
        """Keep the newest key alone, and what peppers are derived from; return how many were removed."""
        with self._directory.lock():
            removed = sealing_keys.remove_old_keys(self._directory)
        self._load()
        return removed

    def pepper(self, label: str) -> bytes:
        """Derive 32 bytes for a keyed hash from the first key (RFC 5869): always the same for a label."""
        return _derive_pepper(self._keys.pepper_key, label)

    def temporary_pepper(self, label: str) -> bytes:
        """Derive 32 bytes from the newest key: for what may end with it, and must not be known by one that leaked."""
        return _derive_pepper(self._current().newest[1], label)

    def _current(self) -> SealingKeys:
        """Return the keys of the file as it is now; those of before while it cannot be read."""
        try:
            if self._directory.version(FILE) != self._version:
                self._load()
        except (KeyFileError, OSError):
            pass
        return self._keys

    def _load(self) -> None:
        version = self._directory.version(FILE)  # before it is read: a change in between is seen the next time
        self._keys = sealing_keys.read_keys(self._directory)
        self._version = version


@functools.lru_cache(maxsize=16)
def _derive_pepper(key: bytes, label: str) -> bytes:
    info = f"countersign pepper {label}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=info).derive(key)


def _bound_to(form: str, kid: str, row: str) -> bytes:
    return f"{form}.{kid}.{row}".encode()
