"""A large installation in PostgreSQL: people, factors, groups, apps, sessions, devices, messages and audit events.

The rows are generated in the database. Their spread is uneven on purpose: an app that everybody uses and one that few
use, a group of half of the people and many small ones, kinds of events that are rare.
"""

from dataclasses import dataclass

from sqlalchemy import create_engine, text

from idp.persistence.audit_events import audit_events
from idp.persistence.base import METADATA
from idp.persistence.clients import Client
from idp.persistence.database import Database
from tests.bench import audit
from tests.support.clock import FrozenClock

GROUPS = 2_000
APPS = 200
NOW = FrozenClock().now()
PEOPLE = """
INSERT INTO users (id, username, username_key, email, email_key, email_verified, phone_number_verified, password_hash,
                   password_changed_at, status, second_step_required, second_step_due_at, epoch, profile, created_at,
                   updated_at, name_key, factor_kinds, last_sign_in_at)
SELECT 'user' || n, u, u, u || '@example.test', u || '@example.test', true, false, 'x', 1,
       CASE WHEN n % 1000 = 7 THEN 'disabled' ELSE 'active' END, n % 500 = 3, NULL, 1,
       json_build_object('name', f || ' ' || u), 1, 1, f || ' ' || u,
       CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'totp' ELSE 'passkey totp' END, n::bigint * 7919 % 1000003
FROM (SELECT n, substr('abcdefghijklmnopqrstuvwxyz', 1 + n * 31 % 26, 1) || md5(n::text) AS u,
             (ARRAY['anna', 'bob', 'carla', 'dmitri', 'elif', 'zoe'])[1 + n % 6] AS f
      FROM generate_series(1, {people}) AS n) AS made
"""
FACTORS = """
INSERT INTO factors (id, kind, label, user_id, sealed_secret, credential_id, sign_count, backup_eligible, backed_up,
                     transports, attested, created_at)
SELECT kind || n, kind, kind, 'user' || n, repeat('x', 120), CASE kind WHEN 'passkey' THEN 'credential' || n END, 0,
       false, false, '[]', kind = 'passkey' AND n % 2 = 0, 1
FROM generate_series(1, {people}) AS n, (VALUES ('totp', 1), ('passkey', 2)) AS of (kind, least)
WHERE n % 3 >= least
"""
GROUP_ROWS = """
INSERT INTO groups SELECT 'group' || n, 'Group ' || lpad(n::text, 4, '0'), 'group ' || lpad(n::text, 4, '0'), '', 1, 1
FROM generate_series(1, {groups}) AS n
"""
MEMBERS = """
INSERT INTO group_members
SELECT DISTINCT 'group' || number, 'user' || n, 1
FROM (SELECT n, hashint4(n) & 65535 AS h FROM generate_series(1, {people}) AS n) AS each,
     LATERAL (VALUES (1 + h % {groups}), (CASE WHEN h < 32768 THEN 1 END), (CASE WHEN h % 20 = 0 THEN 2 END),
                     (CASE WHEN h % 500 = 0 THEN 3 END)) AS groups_of (number)
WHERE number IS NOT NULL
"""
"""Of half of the people, a twentieth, a five hundredth, and many small ones; none has to do with names."""
SESSIONS = """
INSERT INTO sessions (sid, handle_digest, user_id, proofs, expires_at, address, user_agent, device_id, created_at,
                      last_seen_at, address_key)
SELECT 'sid' || n, 'handle' || n, 'user' || 1 + n::bigint * 7919 % {people}, '[]', {now} + 86400, '10.0.0.1',
       'Firefox', 'device' || n, {now} - n::bigint * 2592000 / {sessions},
       {now} - CASE WHEN n % 20 = 0 THEN 864000 ELSE n % 600 END,
       lpad('ffff', 24, '0') || to_hex(167772160 + n::bigint * 7919 % 16777216)
FROM generate_series(1, {sessions}) AS n
"""
"""Begun within 30 days, from a network of 2 to the power of 24 addresses; a twentieth have ended by not being used."""
GRANTS = """
INSERT INTO grants (id, user_id, client_id, sid, scopes, claims, acr, amr, auth_time, redirect_uri, code_digest,
                    code_challenge, code_expires_at, expires_at, offline, created_at)
SELECT 'grant' || n, 'user' || 1 + (n / 2)::bigint * 7919 % {people},
       CASE WHEN n % 2 = 0 THEN 'client0' WHEN n % 20001 = 1 THEN 'client1'
            ELSE 'client' || 2 + n * 31 % ({apps} - 2) END,
       'sid' || n / 2, '[]', '{{}}', 'pwd', '[]', {now}, 'https://app.example.test/', 'code' || n, '', {now},
       {now} + 86400, false, {now}
FROM generate_series(2, {sessions} * 2 + 1) AS n
"""
DEVICES = """
INSERT INTO browsers (id, secret_digest, rotated_at, last_seen_at, created_at)
SELECT 'browser' || n, 'x', 1, {now} - n % 600, 1 FROM generate_series(1, {sessions}) AS n;
INSERT INTO devices (id, user_id, browser_id, name, first_seen_at, last_seen_at, trusted_at, trusted_until, trust_epoch)
SELECT 'device' || n, 'user' || 1 + n::bigint * 7919 % {people}, 'browser' || n, 'Firefox', {now} - n, {now} - n % 600,
       CASE WHEN n % 2 = 0 THEN {now} - n::bigint * 1209600 / {sessions} END,
       CASE WHEN n % 2 = 0 THEN {now} - n::bigint * 1209600 / {sessions} + 1209600 END,
       CASE WHEN n % 2 = 0 THEN 1 END
FROM generate_series(1, {sessions}) AS n
"""
MESSAGES = """
INSERT INTO outbox (channel, recipient, template, context, created_at, next_attempt_at, attempts, kind, user_id, state,
                    ended_at)
SELECT CASE n % 5 WHEN 0 THEN 'sms' ELSE 'email' END, 'somebody', 'notice', '{{}}', {now} - n, {now}, 1,
       CASE n % 3 WHEN 0 THEN 'code' ELSE 'sign_in_alert' END, 'user' || 1 + n::bigint * 7919 % {people},
       CASE WHEN n % 1000 = 1 THEN 'waiting' WHEN n % 5000 = 2 THEN 'abandoned' ELSE 'delivered' END, {now}
FROM generate_series(1, {sessions}) AS n
"""


@dataclass(frozen=True)
class Size:
    """How many there are of each."""

    people: int = 1_000_000
    events: int = 5_000_000

    @property
    def sessions(self) -> int:
        return self.people // 2


def fill(url: str, size: Size) -> None:
    """Fill an empty database; indexes are built afterwards, which is faster."""
    engine = create_engine(url)
    _add_apps(url)
    numbers = {"people": size.people, "sessions": size.sessions, "groups": GROUPS, "apps": APPS, "now": NOW}
    indexes = [index for table in METADATA.tables.values() for index in table.indexes if table is not audit_events]
    for index in indexes:
        index.drop(engine)
    for statements in (PEOPLE, FACTORS, GROUP_ROWS, MEMBERS, SESSIONS, GRANTS, DEVICES, MESSAGES):
        for statement in statements.format(**numbers).split(";\n"):
            with engine.begin() as connection:
                connection.execute(text(statement.replace("::", r"\:\:")))
    for index in indexes:
        index.create(engine)
    audit.fill(engine, size.events, people=size.people)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _add_apps(url: str) -> None:
    database = Database(url, FrozenClock())
    with database.write() as tx:
        for number in range(APPS):
            tx.clients.add(Client(f"client{number}", f"App {number}", "none", [], [], [], [], [], []))
    database.close()
