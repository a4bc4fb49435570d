"""Which pages in a browser may read our answers (Fetch standard, CORS protocol).

Never the authorization endpoint. Cookies play no part here: no answer allows credentials, so a page learns nothing that
the same request from anywhere else would not. Preflights, in which a client cannot show who it is, are therefore
answered alike for everybody; the answer itself is readable only from the client's registered `web_origins`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Response, request

from idp.web.headers import vary_on

PREFLIGHT_SECONDS = "600"
ALLOW_ORIGIN = "Access-Control-Allow-Origin"


def allow_origins(response: Response, origins: Callable[[], Collection[str]]) -> Response:
    """Let the page read the response, if its origin is one of `origins`; called only for another origin."""
    vary_on(response, "Origin")
    origin = request.headers.get("Origin")
    if origin and origin != "null" and origin in origins():
        response.headers[ALLOW_ORIGIN] = origin
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
    return response


def allow_all_origins(response: Response) -> Response:
    """Let every page read it: discovery and keys are no secret."""
    response.headers[ALLOW_ORIGIN] = "*"
    return response


def allow_request_origin(response: Response) -> Response:
    """Let every page read it: a failure that is the same for everybody, while nobody's origins can be looked up."""
    vary_on(response, "Origin")
    if origin := request.headers.get("Origin"):
        response.headers[ALLOW_ORIGIN] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
    return response


def respond_to_preflight(methods: str) -> Response:
    """Return the answer to a preflight request for these methods, such as `GET, POST`."""
    response = Response(status=204)
    response.headers[ALLOW_ORIGIN] = request.headers.get("Origin", "*")
    response.headers["Access-Control-Allow-Methods"] = methods
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
    response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    vary_on(response, "Origin")
    return response
