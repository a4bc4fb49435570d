"""What our own classes leave out changes neither requests nor responses."""

import time

import flask
import pytest
from flask import Response
from werkzeug.test import EnvironBuilder

from idp.web.pages import see_other
from idp.web.request import Request

ADDRESSES = [
    "/login/abc_-/code",
    "/authorize/resume/abc",
    "/account/security?done=totp",
    "https://app.example.test/callback?code=a-b_c.d~e&state=%C3%A9%20x&iss=https%3A%2F%2Fid.example.test",
    "https://app.example.test",
    "https://app.example.test:8443/callback",
    "http://127.0.0.1:49152/?code=abc",
    "https://APP.Example.test/callback?code=abc",
    "https://app.example.test:0443/callback",
    "https://bücher.example/zurück?code=ü",
    "https://[::1]:8080/callback?code=abc",
    "https://user:word@app.example.test/",
    "com.example.app:/callback?code=abc",
    "com.example.app://callback/?code=abc",
    "//other.example/callback",
    "/path with spaces?and=<these>",
    "/path?#fragment",
    "/path?",
    "/a\\b|c^d`e{f}[g]",
    "/percent%zz",
    "/line\u2028break",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_redirect_is_sent_as_werkzeug_would_send_it(address: str, method: str) -> None:
    environ = EnvironBuilder(method=method).get_environ()
    usual = Response(status=303, headers={"Content-Type": "text/plain; charset=utf-8", "Location": address})
    body, status, headers = see_other(address).get_wsgi_response(environ)
    usual_body, usual_status, usual_headers = usual.get_wsgi_response(environ)
    assert (list(body), status, sorted(headers)) == (list(usual_body), usual_status, sorted(usual_headers))


@pytest.mark.parametrize("accept", ["", "application/json", "text/html,application/xhtml+xml;q=0.9, */*;q=0.1", "x"])
def test_media_types_are_those_that_flask_reads(accept: str) -> None:
    environ = EnvironBuilder().get_environ() | ({"HTTP_ACCEPT": accept} if accept else {})
    assert list(Request(environ).accept_mimetypes) == list(flask.Request(environ).accept_mimetypes)


def test_an_overlong_accept_header_costs_nothing() -> None:
    """Werkzeug takes 15 seconds for these blanks, and nobody else is answered meanwhile."""
    environ = EnvironBuilder().get_environ() | {"HTTP_ACCEPT": "x" + " " * 120_000 + "x"}
    began = time.thread_time()
    assert Request(environ).accept_mimetypes.best_match(["text/html"]) is None
    assert time.thread_time() - began < 2


@pytest.mark.parametrize("cookies", ["", "a=1", 'a=1; b="2 3"; a=4; c; d=%20; \xe9=\xff'])
def test_cookies_are_those_that_flask_reads(cookies: str) -> None:
    environ = EnvironBuilder().get_environ() | ({"HTTP_COOKIE": cookies} if cookies else {})
    assert Request(environ).cookies == flask.Request(environ).cookies
