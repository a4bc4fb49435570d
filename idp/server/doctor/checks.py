"""Checks of an installation, with remedies. Read-only.

Each check yields findings: `ok`, `warn` (works, but not as it should) or `FAIL` (people or clients are turned away).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from idp.admin.audit_chain import unchained_since
from idp.config import BadSettings, Settings
from idp.factors.attestation import AttestationTrustAnchors
from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.hash_pool import HasherBusy
from idp.factors.hash_processes import PROCESSES
from idp.factors.hashing import Hasher
from idp.kernel.clock import MINUTE, Clock
from idp.language.geoip import GeoIp
from idp.persistence import schema
from idp.persistence.database import Database
from idp.persistence.transaction import Transaction
from idp.server.doctor.certificate_header import check_certificate_header
from idp.server.doctor.clients import check_clients, check_registration
from idp.server.doctor.findings import CLOCK_TOLERANCE, Finding, Level
from idp.server.doctor.issuer import check_issuer
from idp.server.doctor.policy import check_policy
from idp.server.doctor.transports import check_outbox, check_transports
from idp.signing.keystore import KeyStore
from idp.signing.private_files import KeyDirectory, KeyFileError
from idp.signing.rotation import KeyState, RotationPolicy, survey
from idp.signing.sealing import Sealer

OTHERS = 0o077
LEAST_FREE = 200_000_000
"""Bytes."""
LAGGING = MINUTE
"""Seconds that an audit event may wait for its link, before somebody should look."""


def run_checks(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Run every check; each yields its findings as it finishes. Network checks wait a few seconds at most."""
    for check in (
        _configuration,
        _database,
        _keys,
        _passwords,
        _hashing,
        check_transports,
        check_registration,
        check_issuer,
        check_certificate_header,
    ):
        yield from check(settings, clock)


def _configuration(settings: Settings, _: Clock) -> Iterator[Finding]:
    yield Finding(Level.OK, "settings", f"{settings.mode} mode as {settings.issuer}")
    try:
        AttestationTrustAnchors.open(settings.attestation_roots)
    except BadSettings as error:
        yield Finding(Level.FAIL, "settings", str(error), "Mend the file, or empty the setting to ask no maker.")
    try:
        GeoIp.open(settings.places_file).close()
    except BadSettings as error:
        message, _separator, remedy = str(error).partition(". ")
        yield Finding(Level.FAIL, "settings", message, remedy)
    if settings.secure and settings.trusted_proxies == 0:
        remedy = "If a reverse proxy ends TLS here, set IDP_TRUSTED_PROXIES to how many there are (mostly 1)."
        yield Finding(Level.WARN, "settings", "no proxy is trusted, so every visitor seems to come from it", remedy)
    if settings.data_dir.is_dir() and settings.data_dir.stat().st_mode & OTHERS:
        message = f"others on this machine can look into {settings.data_dir}"
        yield Finding(Level.WARN, "settings", message, f"chmod 700 {settings.data_dir}")
    for folder in filter(Path.is_dir, (settings.data_dir, settings.keys_dir)):
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE:
            message = f"the disk of {folder} is almost full: {free // 1_000_000} MB are free"
            yield Finding(Level.WARN, "disk", message, "Make room: what cannot be stored is answered by 503.")


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Check everything that is stored, in one transaction."""
    status = schema.status(settings.database)
    if problem := status.problem:
        message, _, remedy = problem.partition(". ")
        yield Finding(Level.FAIL, "database", message, remedy)
        return
    yield Finding(Level.OK, "database", f"at revision {status.revision}, as this version needs")
    database = Database(settings.database, clock)
    try:
        with database.read() as tx:
            yield from _stored(tx)
            yield from check_outbox(tx)
            yield from check_clients(tx)
            yield from check_policy(settings, tx)
    finally:
        database.close()


def _stored(tx: Transaction) -> Iterator[Finding]:
    if not tx.users.count():
        yield Finding(Level.WARN, "database", "nobody can sign in yet", "idp users add NAME")
    newest = tx.audit.latest(limit=1)
    if newest and newest[0].at > tx.now + CLOCK_TOLERANCE:
        message = "the newest audit event lies in the future: the clock was set back"
        yield Finding(Level.FAIL, "clock", message, "Let the system keep the time (NTP): codes depend on it.")
    unchained_at = unchained_since(tx)
    if unchained_at is not None and unchained_at < tx.now - LAGGING:
        message = f"the chain of the audit trail lags by {tx.now - unchained_at} seconds"
        remedy = "Nothing to do right after an upgrade. Otherwise: is the server running? Its log says what fails."
        yield Finding(Level.WARN, "audit", message, remedy)


def _keys(settings: Settings, clock: Clock) -> Iterator[Finding]:
    if not settings.keys_dir.is_dir():
        remedy = "Nothing to do if this is the first start; otherwise restore them, or set IDP_KEYS_DIR."
        yield Finding(Level.WARN, "keys", f"there are none in {settings.keys_dir}; the first start makes them", remedy)
        return
    try:
        store = KeyStore(KeyDirectory(settings.keys_dir))
        records = [store.load(kid).record for kid in store.kids()]
        Sealer.check(settings.keys_dir)
    except FileNotFoundError as error:
        remedy = "Restore it if people have authenticator apps already: what it sealed is lost without it."
        yield Finding(Level.WARN, "keys", f"{error.filename} is missing; the next start makes a new one", remedy)
        return
    except KeyFileError as error:
        message, _, remedy = str(error).partition(". ")
        yield Finding(Level.FAIL, "keys", message, remedy.removeprefix("To mend it: "))
        return
    except OSError as error:
        yield Finding(Level.FAIL, "keys", str(error), f"Let the account that runs idp read {settings.keys_dir}.")
        return
    states = survey(records, clock.now(), RotationPolicy())
    active = sorted(status.key.alg for status in states if status.state is KeyState.ACTIVE)
    yield Finding(Level.OK, "keys", f"{', '.join(active)} sign; the files are their owner's alone")


def _passwords(settings: Settings, _: Clock) -> Iterator[Finding]:
    try:
        found = BreachedPasswords.from_settings(settings.breached_passwords)
    except BadSettings as error:
        message, _separator, remedy = str(error).partition(". ")
        yield Finding(Level.FAIL, "passwords", message, remedy)
        return
    if found:
        found.close()
        yield Finding(Level.OK, "passwords", f"new ones are looked up in {settings.breached_passwords}")


def _hashing(settings: Settings, _: Clock) -> Iterator[Finding]:
    hasher = Hasher.from_settings(settings)
    before = PROCESSES.cpu_seconds
    try:
        hasher.hash("only to see what it takes")
    except HasherBusy as busy:
        remedy = f"Lower IDP_HASH_MEMORY_KIB ({settings.hash_memory_kib}), or allow more memory and more processes."
        yield Finding(Level.FAIL, "hashing", f"no password can be compared: {busy}", remedy)
        return
    spent = PROCESSES.cpu_seconds - before
    message = f"a password takes {spent * 1000:.0f} ms of a processor: at most {1 / spent:.0f} a second on each"
    yield Finding(Level.OK, "hashing", message)
