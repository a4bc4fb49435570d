"""Names and values of parameters, headers and methods that the grammar draws from."""

import re


def _names(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\S+", text))


PARAMETERS = _names("""
    client_id redirect_uri response_type response_mode scope state nonce prompt max_age display claims acr_values
    ui_locales claims_locales login_hint id_token_hint request request_uri registration code_challenge
    code_challenge_method resource dpop_jkt after next post_logout_redirect_uri grant_type code code_verifier
    refresh_token token token_type_hint client_secret client_assertion client_assertion_type assertion username
    password csrf choice saved credential name email number channel action cancel remember keep
""")
METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "GETS", "X" * 200, "!")
HEADERS = _names("""
    Host X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Prefix X-Real-IP Forwarded
    X-Request-Id Content-Type Content-Length Content-Encoding Accept-Language Accept Accept-Encoding Cookie
    Authorization Origin Referer Sec-Fetch-Site Sec-Fetch-Mode User-Agent If-None-Match If-Modified-Since Range
    Transfer-Encoding Expect Upgrade Access-Control-Request-Method Access-Control-Request-Headers X-Original-URL
    X-HTTP-Method-Override DPoP Via TE Max-Forwards Proxy Date
""")
TYPES = (
    b"application/json",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"multipart/form-data; boundary=" + b"x" * 300,
    b"text/plain",
    b"application/x-www-form-urlencoded; charset=utf-7",
    b"application/x-www-form-urlencoded; charset=\xff",
    b"application/x-www-form-urlencoded;" + b";" * 500,
    b"application/jwt",
    b"",
)
LANGUAGES = (
    b"de;q=9e9",
    b"x" * 9000,
    b"de-" * 900,
    b"*;q=NaN",
    b",,,;;;q=",
    b"ar;q=-1",
    b"\xff\xfe",
    b"en_US.utf8@x,fr",
    b"zh-" + b"a-" * 50,
)
LENGTHS = (b"-1", b"abc", b"0", b"1", b"99999999999999999999", b"1e3", b"+5", b"5, 5", b"\xd9\xa3", b"0x10", b" ")
PIECES = (
    b"/",
    b"//",
    b"/.",
    b"/..",
    b"/%2e%2e",
    b"/%2f",
    b"%00",
    b"%ff",
    b"%ed%a0%80",
    b";x=1",
    b"?",
    b"%3f",
    b"/%5c",
    b"%0d%0a",
    b"%",
    b"%zz",
)
