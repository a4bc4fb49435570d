"""The console in a real browser: an installation with something to see, and its owner signed in."""

from playwright.sync_api import Browser, Page, StorageState

from idp import audit
from idp.admin import overview
from idp.audit import Event, Outcome
from idp.kernel.clock import DAY, MINUTE
from idp.messaging.notices import Notice, notify
from tests.support.browser_actions import give_code, give_password
from tests.support.console import administrator
from tests.support.console_routes import console_routes, parameters
from tests.support.live import Live

HOME = "/admin/"


def furnish(live: Live) -> list[str]:
    """Add people, messages, failures and thirty days of sign-ins; return the path of each page of the console."""
    harness = live.harness
    harness.clock.advance(-30 * DAY)
    values = parameters(harness, "victoria")
    harness.person("late", second_step_required=True, second_step_due_at=harness.clock.now())
    for day in range(30):
        harness.clock.advance(DAY)
        with harness.services.database.write() as tx:
            for number in range(20 + 7 * (day % 6)):
                failed = number % 9 == 0
                outcome = Outcome.FAILURE if failed else Outcome.SUCCESS
                audit.record(tx, Event.PASSWORD if failed else Event.SIGN_IN, outcome, user_id=values["user_id"])
    with harness.services.database.write() as tx:
        user = tx.users.by_id(values["user_id"])
        assert user is not None
        for notice in [*Notice][:8]:
            notify(tx, user, notice)
        waiting = tx.outbox.waiting()
        tx.outbox.record_abandoned(waiting[-1], error="mail.example:25: SMTPRecipientsRefused: {}")
        tx.outbox.record_delivered(waiting[-2], masked="v•@example.test")
        tx.outbox.schedule_retry(waiting[-3], error="mail.example:25: TimeoutError: timed out", retry_in=60)
        for _ in range(4):
            audit.record(tx, Event.TOKEN_REFUSED, Outcome.FAILURE, client_id=values["client_id"])
    harness.services.keyring.rotate(force=True, algs=["ES256"])
    harness.clock.advance(MINUTE)
    overview.count_events(harness.services.database)
    overview.count_figures(harness.services.database)
    return [route.path(values) for route in console_routes(harness) if route.method == "GET"]


def sign_in(live: Live, browser: Browser) -> StorageState:
    """Sign an owner in; return the cookies of their browser."""
    owner = administrator(live.harness)
    context = browser.new_context()
    page = context.new_page()
    page.goto(live.issuer + HOME)
    give_password(page, owner)
    give_code(page, owner.code(live.harness.clock))
    page.wait_for_url(live.issuer + HOME)
    state = context.storage_state()
    context.close()
    return state


def open_page(page: Page, address: str) -> bool:
    """Open a page of the console; False for what is no page: a download, or a row that there is not."""
    answer = page.request.get(address)
    assert answer.status < 500, (address, answer.status)
    if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
        return False
    page.goto(address)
    return True
