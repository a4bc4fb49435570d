"""When pages are rendered."""

from flask import before_render_template

from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.relying_party import RelyingParty


def test_no_page_is_rendered_in_a_transaction(harness: Harness, browser: Browser) -> None:
    """Every other sign-in of an SQLite database would wait for it."""
    rp, jane = RelyingParty(harness), harness.person(totp=True)
    rendered: dict[str, int] = {}

    def count_connections(_: object, template: object, **__: object) -> None:
        name = str(getattr(template, "name", ""))
        used = harness.services.database.engine.pool.checkedout()  # type: ignore[attr-defined]  # both have a QueuePool
        rendered[name] = max(used, rendered.get(name, 0))

    with before_render_template.connected_to(count_connections, harness.app):
        rp.send(browser, acr_values="mfa")
        browser.submit(username="jane", password="wrong")
        browser.submit(username="jane", password=jane.password)
        browser.submit(code="000000")
        browser.submit(code=jane.code(harness.clock))
        browser.get("/account/")
        browser.get("/account/password")
        browser.get("/login/unknown/identify")
    assert len(rendered) >= 4
    assert set(rendered.values()) == {0}, rendered
