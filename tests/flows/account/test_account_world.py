"""Places in words: on the security page, in the activity, behind "Was this you?" and in mails."""

from pathlib import Path

from tests.support.account import SECURITY, Account, words
from tests.support.browser import Browser
from tests.support.command import Command, free_port
from tests.support.databases import Databases
from tests.support.harness import fresh_harness
from tests.support.mailed import alert_links, rendered_mails
from tests.support.world import MUNICH, NOWHERE, write_places


def test_people_read_where_somebody_was_in_their_own_language(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(
        databases, tmp_path, places_file=str(write_places(tmp_path / "places.mmdb")), trusted_proxies=1
    ) as harness:
        far = Account(harness, harness.person(profile={"locale": "de"}))
        far.browser.headers["X-Forwarded-For"] = MUNICH
        far.open()
        near = Account(harness, far.someone)
        near.browser.headers["X-Forwarded-For"] = NOWHERE
        page = words(near.open(SECURITY)).partition("Firefox")[2]
        assert "München, Deutschland" in page
        assert MUNICH not in page
        assert f"München, Deutschland ({MUNICH})" in words(near.open("/account/activity"))
        assert f"München, Deutschland ({MUNICH})" in rendered_mails(harness, "sign_in_alert")[0][1].text
        stranger = Browser(harness)
        stranger.headers["X-Forwarded-For"] = NOWHERE
        stranger.get(alert_links(harness)[0])
        assert f"München, Deutschland ({MUNICH})" in words(stranger.page)


def test_without_a_file_a_browser_beside_this_one_is_told_as_such(databases: Databases, tmp_path: Path) -> None:
    with fresh_harness(databases, tmp_path, trusted_proxies=1) as harness:
        jane = Account(harness, harness.person())
        jane.browser.headers["X-Forwarded-For"] = "192.168.1.7"
        assert "A private network · active now" in words(jane.open(SECURITY))


def test_a_file_that_cannot_serve_stops_the_start_and_the_doctor_names_it(tmp_path: Path) -> None:
    broken = tmp_path / "places.mmdb"
    broken.write_text("no places", encoding="ascii")
    command = Command.for_development(tmp_path, places_file=str(broken))
    refused = command.refused("serve", "--upgrade", "--port", str(free_port()))
    assert f"IDP_PLACES_FILE: {broken} is no MaxMind DB file" in refused
    assert "Name a MaxMind DB file" in refused
    assert "FAIL  settings  IDP_PLACES_FILE" in command.run("doctor").stdout
