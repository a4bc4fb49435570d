"""The kinds of hostile requests: each function draws one; most change one thing of a good request, so they get far."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlencode

from tests.hostile import tokens, values
from tests.hostile.fields import METHODS, PIECES, TYPES
from tests.hostile.grammar import Grammar
from tests.hostile.messages import HostileRequest
from tests.support.back_channel import FORM, basic
from tests.support.jws import signed


def _queries(grammar: Grammar) -> HostileRequest:
    real, sent = grammar.good("queries", "authorize", "logout", "mailed", "device")
    if real.method == "POST":
        return replace(sent, body=grammar.body(real))
    return replace(sent, query=grammar.pairs(real.query))


def _headers(grammar: Grammar) -> HostileRequest:
    _, sent = grammar.good("headers")
    return sent.with_headers(*(grammar.headers() for _ in range(grammar.random.choice((1, 1, 2, 6, 40)))))


def _paths(grammar: Grammar) -> HostileRequest:
    random = grammar.random
    _, sent = grammar.good("paths")
    base = sent.path if random.randrange(2) else random.choice(grammar.paths).encode()
    parts = base.split(b"/")
    parts[random.randrange(len(parts))] = values.encoded(random)[:20_000].translate(None, b" \r\n\x00?#")
    whole = b"/" + b"/".join(parts).lstrip(b"/") if random.randrange(3) else base
    at = random.randrange(1, len(whole) + 1)
    return replace(sent, path=whole[:at] + random.choice(PIECES) * random.choice((1, 1, 3, 200)) + whole[at:])


def _methods(grammar: Grammar) -> HostileRequest:
    _, sent = grammar.good("methods")
    other = "POST" if sent.method == "GET" else "GET"
    return replace(sent, method=grammar.random.choice((*METHODS, other, other)))


def _bodies(grammar: Grammar) -> HostileRequest:
    real, sent = grammar.good("bodies", "endpoint", "registration")
    random = grammar.random
    method = "POST" if real.method == "GET" else real.method
    if random.randrange(4):
        return replace(sent, method=method, body=grammar.body(real))
    body = random.choice(
        (values.json_text(random), random.randbytes(random.randrange(500)), b"a=1&" * 90, b"x" * 140_000)
    )
    sent = replace(sent, method=method, body=body)
    return sent.with_headers(("Content-Type", random.choice((*TYPES, FORM.encode()))))


def _claims(grammar: Grammar) -> HostileRequest:
    real, sent = grammar.good("claims", "authorize")
    claims = values.json_text(grammar.random)
    fields = [pair for pair in (real.query or real.form) if pair[0] not in {"claims", "id_token_hint"}]
    joined = urlencode(fields).encode() + b"&claims=" + values.encoded(grammar.random, claims)
    return replace(sent, body=joined) if real.method == "POST" else replace(sent, query=joined)


def _tokens(grammar: Grammar) -> HostileRequest:
    random, cast = grammar.random, grammar.cast
    access = tokens.forged(random, cast.access_token, cast.key)
    if random.randrange(6) == 0:
        access = cast.id_token.encode()  # a wrong type
    sent = HostileRequest("tokens", "GET", random.choice((b"/userinfo", b"/api/security")), forged=True)
    choice = random.randrange(5)
    if choice == 0:
        return replace(sent, headers=(("Authorization", b"Bearer " + access),))
    form = (("Content-Type", FORM.encode()), ("Authorization", basic("web", cast.rp.app.secret).encode()))
    encoded = quote(access, safe="").encode()
    if choice == 1:
        path = random.choice((b"/introspect", b"/userinfo"))
        own = form if path == b"/introspect" else form[:1]
        return replace(
            sent,
            method="POST",
            path=path,
            headers=own,
            body=b"token=" + encoded if own is form else b"access_token=" + encoded,
        )
    if choice == 2:
        hint = quote(tokens.forged(random, cast.id_token, cast.key), safe="").encode()
        path = random.choice((b"/logout", b"/authorize"))
        query = urlencode(cast.rp.request(prompt="none")).encode() if path == b"/authorize" else b"client_id=web"
        return replace(sent, path=path, query=query + b"&id_token_hint=" + hint, forged=False)
    return _assertion(grammar, replace(sent, method="POST", path=b"/token", headers=form[:1]), forge=choice == 3)


def _assertion(grammar: Grammar, sent: HostileRequest, *, forge: bool) -> HostileRequest:
    """A client assertion: forged, or signed by the client itself over hostile claims."""
    signer, random = grammar.cast.signer, grammar.random
    if forge:
        public = grammar.cast.assertion_key.export_public(as_dict=True)
        assertion = tokens.forged(random, signer.assertion(), public).decode("latin-1")
    else:
        claims = json.dumps(tokens.hostile_claims(random, signer.claims())).encode()
        assertion = signed(grammar.cast.assertion_key, "ES256", signer.header(), claims)
    return replace(sent, body=urlencode(signer.form(assertion)).encode(), forged=forge)


def _mutations(grammar: Grammar) -> HostileRequest:
    """A good request with one thing changed: its query, a header, its form or its method; or nothing, so sent twice."""
    real, sent = grammar.good("mutations")
    act = grammar.random.randrange(8)
    if act == 0:
        return sent
    if act == 1:
        return sent.with_headers(grammar.headers())
    if act == 2:
        lost = grammar.random.choice(sent.headers)[0] if sent.headers else ""
        return replace(sent, headers=tuple(pair for pair in sent.headers if pair[0] != lost))
    if real.method != "GET":
        return replace(sent, body=grammar.body(real))
    return replace(sent, query=grammar.pairs(real.query))


def _forms(grammar: Grammar) -> HostileRequest:
    real, sent = grammar.good("forms", "account", "mailed", "sign-in", "consent", "device", "console", "sign-out")
    return replace(sent, body=grammar.body(real)) if real.method == "POST" else replace(sent, query=grammar.pairs([]))


KINDS: dict[str, Callable[[Grammar], HostileRequest]] = {
    "queries": _queries,
    "headers": _headers,
    "paths": _paths,
    "methods": _methods,
    "bodies": _bodies,
    "claims": _claims,
    "tokens": _tokens,
    "mutations": _mutations,
    "forms": _forms,
}
