"""Times lists of many people on PostgreSQL: ``python -m tests.bench.people_lists [PEOPLE]``.

Prints the server's time of the first, middle and last page for each order, filter and search, and exits 1 when one
takes longer than `MOST`.
"""

import statistics
import sys
import time

from sqlalchemy import create_engine, text

from idp.kernel.clock import SystemClock
from idp.persistence import schema
from idp.persistence.database import Database
from idp.persistence.keyset import Key, Position
from idp.persistence.late_people import Late, Subjects
from idp.persistence.people_lists import PeopleFilter, PeopleOrder, key_of
from tests.support.databases import PostgresDatabases
from tests.support.postgres import running_server

MOST = 0.2
PAGE = 50
TRIES = 3
FILL = """
INSERT INTO users (id, username, username_key, email, email_key, email_verified, phone_number_verified, password_hash,
                   password_changed_at, status, second_step_required, second_step_due_at, epoch, profile, created_at,
                   updated_at, name_key, factor_kinds, last_sign_in_at)
SELECT lpad(n::text, 32, '0'), u, u, u || '@example.test', u || '@example.test', true, false, 'x', 1,
       CASE WHEN n % 1000 = 7 THEN 'disabled' ELSE 'active' END, n % 500 = 3, NULL, 1,
       json_build_object('name', f || ' ' || u), 1, 1, f || ' ' || u,
       CASE n % 3 WHEN 0 THEN '' WHEN 1 THEN 'totp' ELSE 'passkey totp' END, n::bigint * 7919 % 1000003
FROM (SELECT n, substr('abcdefghijklmnopqrstuvwxyz', 1 + n * 31 % 26, 1) || md5(n::text) AS u,
             (ARRAY['anna', 'bob', 'carla', 'dmitri', 'elif', 'zoe'])[1 + n % 6] AS f
      FROM generate_series(1, :people) AS n) AS made
"""
GROUP = """
INSERT INTO groups VALUES ('g', 'G', 'g', '', 1, 1);
INSERT INTO group_members SELECT 'g', id, 1 FROM users WHERE second_step_required
"""
EVERYBODY, NOBODY = Subjects(everybody=True), Subjects()
MEMBERS = Subjects(group_ids=frozenset({"g"}))
FILTERS = {
    "everybody": PeopleFilter(),
    "off": PeopleFilter(off=True),
    "late": PeopleFilter(late=Late(required=NOBODY, at_once=EVERYBODY, now=1)),
    "late of group": PeopleFilter(late=Late(required=MEMBERS, at_once=MEMBERS, now=1)),
    "disabled": PeopleFilter(disabled=True),
    "small group": PeopleFilter(among=frozenset(f"{500 * n + 3:032}" for n in range(1000))),
    "group": PeopleFilter(group_id="g"),
    "search a": PeopleFilter(prefix="a"),
    "search anna q": PeopleFilter(prefix="anna q"),
    "search m12": PeopleFilter(prefix="m12"),
    "search off z": PeopleFilter(prefix="z", off=True),
    "search nobody": PeopleFilter(prefix="xyzzy"),
}


def seconds(
    database: Database, wanted: PeopleFilter, order: PeopleOrder, position: Position
) -> tuple[float, Key | None]:
    """Return the median of some tries, and the key of the page's last person."""
    times, key = [], None
    for _ in range(TRIES):
        began = time.perf_counter()
        with database.read() as tx:
            page = tx.people.page(wanted, position, limit=PAGE, order=order)
        times.append(time.perf_counter() - began)
        key = key_of(page.records[len(page.records) // 2], wanted, order) if page.records else None
    return statistics.median(times), key


def middle(wanted: PeopleFilter, order: PeopleOrder) -> Position:
    """Return a position in the midst of a list."""
    if wanted.prefix:
        return Position(after=(wanted.prefix + "8", ""))
    return Position(after={"username": ("n",), "name": ("carla s", ""), "last-sign-in": (500_000, "")}[order])


def main(people: int) -> int:
    """Fill a database, and time everything; return the exit code."""
    slowest = 0.0
    with running_server() as server, PostgresDatabases(server).fresh(schema.upgrade) as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text(FILL), {"people": people})
            connection.execute(text(GROUP))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        database = Database(url, SystemClock())
        for name, wanted in FILTERS.items():
            for order in PeopleOrder if not wanted.prefix else [PeopleOrder.USERNAME]:
                positions = [Position(), middle(wanted, order), Position(last=True)]
                times = [seconds(database, wanted, order, position)[0] for position in positions]
                slowest = max(slowest, *times)
                print(f"{name:14} {order:13}", *(f"{each * 1000:8.1f} ms" for each in times), flush=True)
        began = time.perf_counter()
        with database.read() as tx:
            print("count", tx.people.count(PeopleFilter(off=True)), f"{time.perf_counter() - began:.2f} s")
        database.close()
        engine.dispose()
    return int(slowest > MOST)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
