"""The schema's way up and down, and that it is the one the models describe."""

import json
import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from idp.kernel.clock import SystemClock
from idp.login.policy.assurance import Level
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.login_flow import stored_requirement
from idp.persistence import schema
from idp.persistence.database import Database
from idp.persistence.engine import open_engine
from idp.persistence.lookup_keys import lookup_key

ROOT = Path(__file__).parents[2]
UPGRADE = "import sys; from idp.persistence import schema; schema.upgrade(sys.argv[1])"
NODES = 6
SOMEBODY = """
    INSERT INTO users (id, username, username_key, email_verified, phone_number_verified, password_changed_at, status,
                       second_step_required, epoch, profile, created_at, updated_at)
    VALUES ('u1', 'jane', 'jane', false, false, 1, 'active', false, 1, '{}', 1, 1)
"""
THEIR_APP = """
    INSERT INTO factors (id, user_id, kind, label, sign_count, backup_eligible, backed_up, transports, created_at)
    VALUES ('f1', 'u1', 'totp', 'Authenticator app', 0, false, false, '[]', 1)
"""

THEIR_SIGN_IN = """
    INSERT INTO logins (id, browser_digest, door, request, demand, return_to, user_id, epoch, proofs, remember,
                        must_choose, version, created_at, expires_at)
    VALUES ('l1', 'd', 'account', '{}', '{"level": 4, "wished": 0, "since": 7, "enrol": true}', '/account/', 'u1', 1,
            '[]', false, false, 1, 1, 9999999999)
"""


def tables(url: str) -> set[str]:
    engine = open_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_up_down_and_up_again(database_url: str) -> None:
    assert schema.current(database_url) is None
    schema.upgrade(database_url)
    assert schema.current(database_url) == schema.head()
    assert tables(database_url) == set(schema.METADATA.tables)
    schema.downgrade(database_url, "base")
    assert schema.current(database_url) is None
    assert tables(database_url) == set()
    schema.upgrade(database_url)
    assert tables(database_url) == set(schema.METADATA.tables)


def test_upgrading_what_is_up_to_date_changes_nothing(database_url: str) -> None:
    schema.upgrade(database_url)
    schema.upgrade(database_url)
    assert schema.current(database_url) == schema.head()


def test_migrations_and_models_say_the_same(database_url: str) -> None:
    schema.upgrade(database_url)
    engine = open_engine(database_url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, schema.METADATA) == []
    finally:
        engine.dispose()


def test_nodes_starting_together_migrate_once(database_url: str) -> None:
    command = [sys.executable, "-c", UPGRADE, database_url]
    nodes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(NODES)
    ]
    said = [node.communicate(timeout=120)[0] for node in nodes]
    assert [node.returncode for node in nodes] == [0] * NODES, "\n".join(said)
    assert schema.current(database_url) == schema.head()
    assert tables(database_url) == set(schema.METADATA.tables)


def test_people_and_what_they_have_survive_every_step(database_url: str) -> None:
    """On SQLite a careless change of a table drops it, and with it whatever refers to it."""
    schema.upgrade(database_url, "0001")
    engine = open_engine(database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(SOMEBODY))
            connection.execute(text(THEIR_APP))
        for step, revision in ((schema.upgrade, "head"), (schema.downgrade, "0001")):
            step(database_url, revision)
            with engine.connect() as connection:
                counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("users", "factors")]  # noqa: S608 - names of ours
            assert counts == [1, 1]
    finally:
        engine.dispose()


def test_addresses_on_internationalised_domains_get_one_key(database_url: str) -> None:
    """Of two accounts that turn out to have one address, the second keeps the key that it had."""
    address, ascii_key = "jane@stra\u00dfe.example", "jane@xn--strae-oqa.example"
    people = {
        "u1": (address, "jane@strasse.example"),
        "u2": (ascii_key, ascii_key),
        "u3": ("k@\u00fc.example", "k@\u00fc.example"),
        "u4": ("K@stra\u00dfe.example", "k@strasse.example"),
        "u5": ("Max@Example.test", "max@example.test"),
    }
    schema.upgrade(database_url, "0003")
    engine = open_engine(database_url)
    try:
        with engine.begin() as connection:
            for user_id, (email, key) in people.items():
                connection.execute(text(SOMEBODY.replace("'u1'", f"'{user_id}'").replace("'jane'", f"'{user_id}'")))
                values = {"id": user_id, "email": email, "key": key}
                connection.execute(text("UPDATE users SET email = :email, email_key = :key WHERE id = :id"), values)
        schema.upgrade(database_url)
        with engine.connect() as connection:
            keys = connection.execute(text("SELECT email_key FROM users ORDER BY id")).scalars().all()
    finally:
        engine.dispose()
    assert keys[:2] == ["jane@strasse.example", ascii_key]
    assert keys[2:] == [lookup_key(people[name][0]) for name in ("u3", "u4", "u5")]


def test_a_sign_in_under_way_goes_on_after_the_upgrade_of_its_names(database_url: str) -> None:
    schema.upgrade(database_url, "0002")
    database = Database(database_url, SystemClock())
    try:
        with database.engine.begin() as connection:
            connection.execute(text(SOMEBODY))
            connection.execute(text(THEIR_SIGN_IN))
        schema.upgrade(database_url)
        with database.read() as tx:
            row = tx.login_flows.by_id("l1")
            assert row is not None
            assert row.initiator == "account"
            expected = AuthRequirement(min_level=Level.MFA, not_before=7, require_enrolment=True)
            assert stored_requirement(row) == expected
        schema.downgrade(database_url, "0002")
        with database.engine.connect() as connection:
            door, demand = connection.execute(text("SELECT door, demand FROM logins")).one()
        assert door == "account"
        stored = json.loads(demand) if isinstance(demand, str) else demand
        assert stored == {"level": 4, "wished": 0, "since": 7, "enrol": True}
    finally:
        database.close()
