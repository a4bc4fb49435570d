"""Checks of what answers at the issuer's address: is it a provider, is it this installation, is its clock right."""

from __future__ import annotations

from collections.abc import Iterator

from idp.config import Settings
from idp.kernel.clock import Clock
from idp.server.doctor import discovery
from idp.server.doctor.findings import CLOCK_TOLERANCE, Finding, Level
from idp.signing.keystore import KeyStore
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.rotation import KeyState, RotationPolicy, survey


def check_issuer(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Fetch discovery and keys at the issuer's address, and compare them with this installation."""
    try:
        seen = discovery.fetch(settings.issuer)
    except discovery.ProviderUnreachable as error:
        remedy = "Start `idp serve`; check the proxy, the certificate and the name's address."
        yield Finding(Level.WARN, "issuer", f"{settings.issuer} does not answer as it should: {error}", remedy)
        return
    yield _compare_keys(settings, clock, seen.kids)
    if seen.date is not None and abs(seen.date - clock.now()) > CLOCK_TOLERANCE:
        message = f"this machine's clock and that of {settings.issuer} differ by {abs(seen.date - clock.now())} s"
        yield Finding(Level.FAIL, "clock", message, "Let the system keep the time (NTP): codes depend on it.")
    elif seen.date is not None:
        yield Finding(Level.OK, "clock", "agrees with the issuer's")


def _compare_keys(settings: Settings, clock: Clock, published: frozenset[str]) -> Finding:
    """Compare by key id, which is the thumbprint of the public key (RFC 7638)."""
    signing, known = _local_keys(settings, clock)
    if not known:
        return Finding(
            Level.OK, "issuer", f"{settings.issuer} answers, and names itself so; there are no keys to compare"
        )
    if not known & published:
        message = f"another server answers at {settings.issuer}: it has none of the keys in {settings.keys_dir}"
        remedy = "Find out which process listens there and where the proxy leads; or set IDP_KEYS_DIR to that server's."
        return Finding(Level.FAIL, "issuer", message, remedy)
    if missing := signing - published:
        message = f"{settings.issuer} does not publish what signs here: {', '.join(sorted(missing))}"
        return Finding(Level.FAIL, "issuer", message, "Let every node read the same IDP_KEYS_DIR, and restart it.")
    return Finding(
        Level.OK, "issuer", f"{settings.issuer} answers, names itself so, and has the keys of this installation"
    )


def _local_keys(settings: Settings, clock: Clock) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of the keys that sign, and of all; both empty when they cannot be read, which is reported."""
    try:
        store = KeyStore(KeyDirectory(settings.keys_dir))
        records = [store.load(kid).record for kid in store.kids()] if settings.keys_dir.is_dir() else []
    except (KeyFileError, OSError):
        records = []
    states = survey(records, clock.now(), RotationPolicy())
    signing = frozenset(status.key.kid for status in states if status.state is KeyState.ACTIVE)
    return signing, frozenset(record.kid for record in records)
