"""The development mailbox: shows everything that would have been sent, to nobody but whoever sits at this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.development_mailbox import Mailbox
from idp.server.background import BackgroundJobs
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.mailed import enqueue_code

PAGE = "/dev/mailbox"
HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000"}


@pytest.fixture
def developing(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    with fresh_harness(databases, tmp_path, smtp_url="", mode="development", issuer="http://localhost:8000") as made:
        made.person("jane", profile={"name": "<b>Jane</b>"})
        yield made


def look(harness: Harness, **surroundings: str) -> tuple[int, str]:
    answer = harness.app.test_client().get(PAGE, environ_overrides=HERE | surroundings)
    return answer.status_code, answer.text


def test_what_would_have_been_sent_is_shown_newest_first(developing: Harness) -> None:
    assert "Nothing yet. Ask for a code" in look(developing)[1]
    enqueue_code(developing, "048213")
    developing.clock.advance(1)
    enqueue_code(developing, "751904", channel=SMS, to="+14155550100")
    enqueue_code(developing, "300001", channel=WHATSAPP, to="+14155550100")
    BackgroundJobs(developing.services).run_once()
    status, shown = look(developing)
    assert status == 200
    found = [shown.index(f'data-copy="{code}"') for code in ("300001", "751904", "048213")]
    assert found == sorted(found)
    for said in ("WhatsApp message", "Text message", "Your sign-in code", "+14155550100", "jane@example.test"):
        assert said in shown
    assert "@localhost #751904" in shown
    assert "@localhost #300001" not in shown, "only text messages are filled in by phones"
    assert "Hello &lt;b&gt;Jane&lt;/b&gt;," in shown
    assert '<a href="http://localhost:8000/account/security">' in shown


@pytest.mark.parametrize(
    "surroundings",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
    ],
)
def test_nobody_else_finds_it(developing: Harness, surroundings: dict[str, str]) -> None:
    status, shown = look(developing, **surroundings)
    assert (status, "There is no such page" in shown) == (404, True)


@pytest.mark.parametrize("host", ["id.example.com", "localhost.evil.example:8000"])
def test_under_another_name_there_is_nothing(developing: Harness, host: str) -> None:
    """A page of a stranger whose name leads to this machine cannot read it (DNS rebinding)."""
    assert look(developing, HTTP_HOST=host)[0] == 421


def test_it_does_not_exist_in_production(harness: Harness) -> None:
    assert look(harness, HTTP_HOST="id.example.test")[0] == 404
    assert not [rule for rule in harness.app.url_map.iter_rules() if rule.rule.startswith("/dev/")]
    with pytest.raises(ValueError, match="production"):
        Mailbox.from_settings(harness.settings)
