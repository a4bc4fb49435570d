"""Verification of JWT signatures by the provider, with a fixed list of algorithms."""

from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Fixed here rather than read from the token or from discovery: neither `none` nor a shared secret will ever do."""

REFETCH_SECONDS = 60
"""Pause between two key downloads, so that made-up key ids cannot turn this app against its provider."""


class SignatureVerifier:
    """Decodes the provider's JWTs. `fetch_keys(force=...)` returns its JWK set, from memory unless forced."""

    def __init__(self, fetch_keys: Callable[..., Any], clock: Callable[[], float]) -> None:
        self._fetch_keys = fetch_keys
        self._clock = clock
        self._fetched_at = 0.0

    def decode(self, compact: str) -> jwt.Token:
        """Verify and decode; keys are fetched anew when the provider has begun to sign with another.

        Raises joserfc.errors.JoseError, or ValueError for something that is no JWT at all.
        """
        try:
            return self._decode(compact, force=False)
        except InvalidKeyIdError:
            if self._clock() - self._fetched_at < REFETCH_SECONDS:
                raise
            self._fetched_at = self._clock()
            return self._decode(compact, force=True)

    def _decode(self, compact: str, *, force: bool) -> jwt.Token:
        keys = KeySet.import_key_set(self._fetch_keys(force=force))
        return jwt.decode(compact, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))
