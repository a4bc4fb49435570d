"""The floor: what the parts of an answer cost by themselves, measured in the same run. CPU milliseconds on one core.

No provider that uses the same packages can be cheaper. A statement's cost includes that of PostgreSQL's processes.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import make_url

from idp.config import Settings
from idp.factors.hashing import Hasher
from idp.persistence.engine import open_engine
from tests.bench import bare, processor
from tests.bench.wire import InProcess

PAYLOAD = b"x" * 500
"""About the size of a token."""
RSA_BITS = 2048
SECONDS = 0.5
"""Of CPU time, for each part."""
ROWS = 1000

SIGNATURES = {
    "code redemption": ("ES256", "RS256"),
    "refresh": ("ES256", "RS256"),
    "client_credentials": ("ES256",),
    "sign-in": ("ES256", "RS256"),
}
"""What one request signs: the access token, and the ID token of an app that did not ask for another algorithm."""


@dataclass(frozen=True)
class Floor:
    """Milliseconds of a bare Flask answer, a signature by algorithm, a hash, SELECT by key, INSERT with its commit."""

    answer: float
    signatures: dict[str, float]
    hash: float
    select: float
    insert: float

    def of(self, name: str, statements: float, commits: float, *, answers: int = 1, hashes: int = 0) -> float:
        """Return the milliseconds that a request, or a sign-in, needs at least; with each commit goes one INSERT."""
        signing = sum(self.signatures[algorithm] for algorithm in SIGNATURES.get(name, ()))
        data = self.select * (statements - commits) + self.insert * commits
        return self.answer * answers + signing + self.hash * hashes + data

    def with_answer(self, answer: float) -> "Floor":
        """Return the floor of requests that are answered in another way."""
        return replace(self, answer=answer)


def measure(database_url: str, seconds: float = SECONDS) -> Floor:
    """Measure every part for about so many seconds of CPU time."""
    select, insert = _statements(database_url, seconds)
    rsa_key, ec_key = rsa.generate_private_key(65537, RSA_BITS), ec.generate_private_key(ec.SECP256R1())
    return Floor(
        answer=answer_milliseconds(seconds),
        signatures={
            "ES256": _cost(lambda: ec_key.sign(PAYLOAD, ec.ECDSA(SHA256())), seconds),
            "RS256": _cost(lambda: rsa_key.sign(PAYLOAD, padding.PKCS1v15(), SHA256()), seconds),
        },
        hash=_hash_milliseconds(seconds),
        select=select,
        insert=insert,
    )


def answer_milliseconds(seconds: float = SECONDS) -> float:
    """Return what the bare application needs for an answer, in this process."""
    wire = InProcess(bare.app, "http://localhost")
    send = wire.prepare(bare.ASKED)
    return _cost(send, seconds)


def _hash_milliseconds(seconds: float) -> float:
    """Return what one password takes at the product's own cost."""
    defaults = {name: field.default for name, field in Settings.model_fields.items() if name.startswith("hash_")}
    hasher = Hasher(**{name.removeprefix("hash_"): value for name, value in defaults.items()})
    return _cost(lambda: hasher.hash("correct horse battery staple"), seconds)


def _statements(database_url: str, seconds: float) -> tuple[float, float]:
    """Return the costs of SELECT and of INSERT with commit, by the driver alone, over the product's connection."""
    place = "?" if make_url(database_url).get_backend_name() == "sqlite" else "%s"
    server, engine = processor.find_server(database_url), open_engine(database_url)
    try:
        with closing(engine.raw_connection()) as connection:
            cursor, rows = connection.cursor(), iter(range(ROWS, 1_000_000_000))
            cursor.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, content TEXT)")
            insertion = f"INSERT INTO bare VALUES ({place}, {place})"  # noqa: S608 - both are placeholders
            selection = f"SELECT * FROM bare WHERE id = {place}"  # noqa: S608 - as above
            cursor.executemany(insertion, [(number, "x" * 200) for number in range(ROWS)])
            connection.commit()

            def insert() -> None:
                cursor.execute(insertion, (next(rows), "x" * 200))
                connection.commit()

            def select() -> None:
                cursor.execute(selection, (ROWS // 2,))
                cursor.fetchall()

            return _cost(select, seconds, server), _cost(insert, seconds, server)
    finally:
        engine.dispose()


def _cost(act: Callable[[], object], seconds: float, server: int | None = None) -> float:
    """Return the CPU milliseconds of one call: of this process, and of the database server if there is one."""
    act()
    count, others, began = 0, processor.seconds(server), processor.own_seconds()
    while processor.own_seconds() - began < seconds:
        act()
        count += 1
    spent = processor.own_seconds() - began + processor.seconds(server) - others
    return spent / count * 1000
