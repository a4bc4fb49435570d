"""Input no form of ours could send: the answer is the right page, never a fault, and nothing is kept of it."""

import time
from urllib.parse import quote_from_bytes

import pytest
from werkzeug.test import TestResponse

from idp.app import MAX_BODY
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.login_stages import STEPS, Stage, stand_at
from tests.support.tables import Snapshot, rows

FORM = "application/x-www-form-urlencoded"
PROVEN = ("users", "factors", "recovery_sets", "recovery_codes", "sessions", "login_flows", "devices", "browsers")
"""What may not change; counted tries and the audit trail may."""
TEXTS = {
    "empty": "",
    "spaces": "   ",
    "NUL": "\0",
    "NUL inside": "123\x00456",
    "control": "\x01\x1b[2J\r\nSet-Cookie: x=y",
    "lone surrogate": "\ud800",
    "right to left": "\u202e123456",
    "zero width": "\u200b\u200d\ufeff",
    "full width digits": "１２３４５６",  # noqa: RUF001 - that is the point
    "arabic digits": "١٢٣٤٥٦",
    "expands eighteenfold": "\ufdfa" * 200,
    "combining": "a" + "\u0301" * 3000,
    "markup": "'\"><script>alert(1)</script>{{7*7}}",
    "sql": "' OR '1'='1' --",
    "number": "1e6",
    "negative": "-000001",
    "json": '{"code": true}',
    "long": "9" * 5_000,
    "longer": "x " * 40_000,
}
SLOWEST = 10.0
"""Seconds one request may take here, hash included, on a machine that runs other tests beside."""


def send(stage: Stage, body: bytes, content_type: str = FORM, method: str = "POST") -> TestResponse:
    began = time.process_time()
    answer = stage.browser.client.open(
        stage.page, method=method, base_url=ISSUER, data=body, content_type=content_type, headers={"Origin": ISSUER}
    )
    assert time.process_time() - began < SLOWEST
    return answer


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    quoted = [(name, quote_from_bytes(value.encode("utf-8", "surrogatepass"))) for name, value in pairs]
    return "&".join(f"{name}={value}" for name, value in quoted).encode()


def state(harness: Harness) -> Snapshot:
    return rows(harness, *PROVEN)


def forget_tries(harness: Harness) -> None:
    with harness.services.database.write() as tx:
        tx.throttles.reset_all("")


@pytest.mark.parametrize("step", [step for step in STEPS if step != "account"])
def test_strange_text_in_each_field_is_refused_in_words(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    csrf, before = csrf_of(stage.browser), state(harness)
    for field in stage.right:
        for name, text in TEXTS.items():
            forget_tries(harness)
            values = {**stage.right, field: text, "csrf": csrf}
            answer = send(stage, encoded(list(values.items())))
            assert answer.status_code in {400, 413}, (field, name, answer.status)
            assert "<script>alert" not in answer.text
            assert "Traceback" not in answer.text
            assert state(harness) == before, (field, name)


@pytest.mark.parametrize("step", [step for step in STEPS if step != "account"])
def test_fields_given_twice_as_lists_or_not_at_all_are_missing(
    harness: Harness, driver: LoginDriver, step: str
) -> None:
    stage = stand_at(step, driver)
    csrf, before = csrf_of(stage.browser), state(harness)
    full = list(stage.right.items())
    for field, value in full:
        others = [pair for pair in full if pair[0] != field] + [("csrf", csrf)]
        if field != "saved":  # a box ticked twice is ticked
            assert send(stage, encoded([*others, (field, value), (field, value)])).status_code == 400
            assert send(stage, encoded([*others, (field, value), (field, "other")])).status_code == 400
        assert send(stage, encoded([*others, (f"{field}[]", value)])).status_code == 400
        assert send(stage, encoded([*others, (f"{field}[0]", value), (f"{field}.x", value)])).status_code == 400
        assert send(stage, encoded([*others, (field.upper(), value)])).status_code == 400
        assert send(stage, encoded(others)).status_code == 400
        assert state(harness) == before, field


@pytest.mark.parametrize("step", STEPS)
def test_an_empty_post_completes_no_step(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    csrf, before = csrf_of(stage.browser), state(harness)
    for body in (b"", b"&&&=&", b"csrf=", encoded([("csrf", csrf)])):
        if step == "account" and csrf.encode() in body:
            continue  # there an empty choice means "another account"
        assert send(stage, body).status_code in ({303} if step == "account" else {400})
        assert state(harness) == before


@pytest.mark.parametrize("step", STEPS)
def test_other_content_types_carry_nothing(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    csrf, before = csrf_of(stage.browser), state(harness)
    good = encoded([*stage.right.items(), ("csrf", csrf)])
    bodies: list[tuple[str, bytes]] = [
        ("application/json", b'{"csrf": "%s", "code": "123456"}' % csrf.encode()),
        ("text/plain", good),
        ("application/octet-stream", good),
        ("", good),
        ("multipart/form-data", good),
        ("multipart/form-data; boundary=", good),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=csrf\r\n\r\n" + b"a" * 100),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 200),
        (FORM, good.replace(b"=", b"%3D")),
        (FORM, good.decode().encode("utf-16")),
        (FORM, b"csrf=%FF%FE%C0%80&code=%ED%A0%80&username=%FF&password=%FF&saved=%FF"),
        (FORM, b"&".join(b"x%d=1" % number for number in range(5_000))),
    ]
    for content_type, body in bodies:
        answer = send(stage, body, content_type)
        assert answer.status_code in {303, 400, 413, 415}, (content_type, answer.status)
        assert answer.headers.getlist("Set-Cookie") == []
        assert state(harness) == before, content_type


@pytest.mark.parametrize("step", STEPS)
def test_too_much_at_once_is_cut_off(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    before = state(harness)
    for size in (MAX_BODY, 20 * MAX_BODY):
        body = encoded([*stage.right.items(), ("csrf", csrf_of(stage.browser))]) + b"&more=" + b"x" * size
        answer = send(stage, body)
        assert answer.status_code == 413
        assert "too much at once" in answer.text
        assert state(harness) == before


@pytest.mark.parametrize("step", STEPS)
def test_an_old_charset_name_changes_no_meaning(harness: Harness, driver: LoginDriver, step: str) -> None:
    stage = stand_at(step, driver)
    before = state(harness)
    body = encoded([*stage.right.items(), ("csrf", csrf_of(stage.browser))])
    answer = send(stage, body, f"{FORM}; charset=utf-7")
    assert answer.status_code == 303
    assert state(harness) != before


@pytest.mark.parametrize("header", ["Cookie", "User-Agent", "Accept-Language", "X-Request-Id", "Referer"])
def test_strange_headers_are_no_fault(harness: Harness, driver: LoginDriver, header: str) -> None:
    for value in ("", "\x80\xff", "x" * 8_000, "a=b; " * 500, "'\"><script>", "=;=;=", '="\\000"'):
        browser = Browser(harness)
        browser.headers[header] = value
        answer = browser.client.get(driver.path(), base_url=ISSUER, headers=browser.headers)
        assert answer.status_code == 303, value


def test_passwords_that_differ_only_far_behind_are_different(harness: Harness, driver: LoginDriver) -> None:
    long = "correct horse battery staple " * 4
    for number, (true, false) in enumerate([(long + "a" * 12, long + "a" * 11 + "b"), ("Ab " * 9, "Ab " * 8 + "Ab")]):
        name = f"jane{number}"
        harness.person(name, password=true)
        browser = Browser(harness)
        driver.authorize(browser, "pwd")
        for wrong in (false, true.upper(), f"{true} ", f" {true}", true[:26]):
            browser.submit(username=name, password=wrong)
            assert not driver.claims(browser)
        browser.submit(username=name, password=true)
        assert driver.claims(browser)


@pytest.mark.parametrize(
    "typed", ["Br\u00fccke \u00fcber den stillen Fluss", "Bru\u0308cke u\u0308ber den stillen Fluss"]
)
def test_a_password_is_the_same_from_every_keyboard(harness: Harness, driver: LoginDriver, typed: str) -> None:
    max_ = harness.person("max", password="Br\u00fccke \u00fcber den stillen Fluss")
    browser = Browser(harness)
    driver.authorize(browser, "pwd")
    browser.submit(username=max_.username, password=typed)
    assert driver.claims(browser)
