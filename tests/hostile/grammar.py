"""Draws hostile requests with a seed: the same seed gives the same requests in the same order.

grammar = Grammar(seed, cast)
KINDS["queries"](grammar)
"""

import json
from random import Random
from urllib.parse import quote, urlencode

from tests.hostile import values
from tests.hostile.fields import HEADERS, LANGUAGES, LENGTHS, PARAMETERS, TYPES
from tests.hostile.good_forms import RealRequest
from tests.hostile.messages import HostileRequest
from tests.hostile.real_requests import Cast
from tests.support import routes

LONGEST = 400_000
"""Bytes: a server passes on no longer line. One of 860 MB was drawn, which takes 16 seconds to encode."""


def _unchanged(request: RealRequest, kind: str, random: Random) -> HostileRequest:
    """A good request as a hostile one still unchanged."""
    return HostileRequest(
        kind,
        request.method,
        quote(request.path, safe="/:@").encode(),
        urlencode(request.query).encode(),
        tuple((name, value.encode("latin-1")) for name, value in request.headers.items()),
        json.dumps(request.members).encode() if request.members else urlencode(request.form).encode(),
        f"198.51.{random.randrange(256)}.{random.randrange(1, 255)}",
    )


class Grammar:
    """Draws requests; `cast` gives the good ones."""

    def __init__(self, seed: int, cast: Cast) -> None:
        self.random = Random(seed)  # noqa: S311 - the same requests again, not secrets
        self.cast = cast
        self.paths = sorted({path for _, path in routes.every(cast.harness)})

    def good(self, kind: str, *places: str) -> tuple[RealRequest, HostileRequest]:
        """A good request at one of these places (none named: anywhere), as it is and as what may be changed."""
        found = self.random.choice([each for each in self.cast.requests if not places or each.place in places])
        return found, _unchanged(found, kind, self.random)

    def body(self, real: RealRequest) -> bytes:
        """The body of a good request with something changed."""
        if not real.members:
            return self.pairs(real.form)
        name = self.random.choice((*real.members, *PARAMETERS))
        kept = [f"{json.dumps(each)}: {json.dumps(value)}" for each, value in real.members.items() if each != name]
        text = json.dumps(values.raw(self.random).decode("latin-1")).encode()
        hostile = self.random.choice((text, values.json_text(self.random)))
        return "{{{}, ".format(", ".join(kept)).encode() + json.dumps(name).encode() + b": " + hostile + b"}"

    def pairs(self, good: list[tuple[str, str]]) -> bytes:
        """A query or form: good fields with one of them lost, doubled, renamed or hostile, or others added."""
        fields = [(name.encode(), urlencode([("", value)])[1:].encode()) for name, value in good]
        random = self.random
        for _ in range(random.choice((1, 1, 1, 2, 5))):
            name = random.choice(fields)[0] if fields and random.randrange(3) else random.choice(PARAMETERS).encode()
            value = values.encoded(random)
            act = random.randrange(6)
            if act == 0:
                fields = [field for field in fields if field[0] != name]
            elif act == 1:
                fields.insert(random.randrange(len(fields) + 1), (name, value))
            elif act == 2:
                fields += [(values.encoded(random), value)] * random.choice((1, 2, 70))
            elif act == 3:
                fields.append((name + random.choice((b"[]", b"%00", b".x", b"[a][b]", b" ", b"%5B%5D")), value))
            else:
                fields = [field for field in fields if field[0] != name] + [(name, value)]
        joined = random.choice((b"&", b"&", b"&", b"&", b"&&", b";")).join(
            name + b"=" + value for name, value in fields
        )
        if not random.randrange(8):
            joined += random.choice((b"&=", b"&", b"=", b"%", b"\xff", b"&\x00=1"))
        return joined[:LONGEST]

    def headers(self) -> tuple[str, bytes]:
        """One hostile header."""
        random, name = self.random, self.random.choice(HEADERS)
        special = {"Content-Type": TYPES, "Accept-Language": LANGUAGES, "Content-Length": LENGTHS}
        if name in special and random.randrange(3):
            return name, random.choice(special[name])
        value = values.header(random)
        if name == "Cookie":
            cookie = random.choice(("session", "login", "browser", "recover", "keep", "alert", "x")).encode()
            return name, b"__Host-countersign-" + cookie + b"=" + value + random.choice((b"", b"; " * 300, b'"; a="\\'))
        if name == "Authorization":
            return name, random.choice(
                (b"Basic ", b"Bearer ", b"bearer  ", b"DPoP ", b"Digest ", b"", b"Basic")
            ) + value
        return name, value
