"""Pages and mails in their reader's language, times in their zone (OIDC Core section 3.1.2.1, `ui_locales`)."""

import re

from tests.support.account import SECURITY, Account, words
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.mailed import alert_links, rendered_mails
from tests.support.relying_party import RelyingParty

ARABIC_IN_BERLIN = {"name": "Jane", "locale": "ar", "zoneinfo": "Europe/Berlin"}
LONG = 100_000


def in_language(harness: Harness, accepted: str) -> Browser:
    """A browser whose owner prefers these languages."""
    browser = Browser(harness)
    browser.headers["Accept-Language"] = accepted
    return browser


def language(browser: Browser) -> tuple[str, str]:
    """What the page says it is in: language and direction; its header says the same."""
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)">', browser.page.text)
    assert found, browser.page.text
    assert browser.page.headers["Content-Language"] == found[1]
    assert {"Accept-Language", "Cookie"} <= set(browser.page.vary)
    return found[1], found[2]


def test_what_the_app_asks_goes_before_the_person_and_the_person_before_the_browser(harness: Harness) -> None:
    jane, browser, app = (
        harness.person(totp=True, profile=ARABIC_IN_BERLIN),
        in_language(harness, "ja"),
        RelyingParty(harness),
    )
    app.send(browser, ui_locales="tlh de-AT fr")
    assert language(browser) == ("de", "ltr")
    assert "Anmelden" in words(browser.page)
    browser.submit(username=jane.username, password="not it")
    assert "Benutzername und Passwort gehören nicht zusammen" in words(browser.page)
    browser.submit(username=jane.username, password=jane.password)
    assert language(browser) == ("de", "ltr"), "she chose Arabic, but the app knows what she reads there"
    assert "Zweiter Schritt" in words(browser.page)
    assert "Wiederherstellungscode verwenden" in words(browser.page)

    app.send(browser)
    assert language(browser) == ("ja", "ltr"), "nobody is known yet"
    assert "サインイン" in words(browser.page)
    browser.submit(username=jane.username, password="not it")
    assert language(browser) == ("ja", "ltr"), "a name alone tells nothing"
    browser.submit(username=jane.username, password=jane.password)
    assert language(browser) == ("ar", "rtl"), "now she is"
    assert "الخطوة الثانية" in words(browser.page)
    app.go_through(browser, jane)

    browser.get(SECURITY)
    assert language(browser) == ("ar", "rtl")
    assert "1 يونيو 2026، 2:00 م" in words(browser.page), "noon in UTC is two in Berlin"
    assert "\u2068Firefox\u2069 على \u2068Linux\u2069" in words(browser.page)
    browser.get("/logout?ui_locales=fr")
    assert language(browser) == ("fr", "ltr")


def test_mail_is_in_the_persons_language_and_zone_or_in_that_of_what_caused_it(harness: Harness) -> None:
    jane, john = harness.person("jane", profile=ARABIC_IN_BERLIN), harness.person("john")
    app = RelyingParty(harness)
    app.sign_in(in_language(harness, "ja"), jane, ui_locales="de")
    app.sign_in(in_language(harness, "ja"), john, ui_locales="de")
    Account(harness, john, in_language(harness, "fr-CH")).open()
    (_, hers), (_, his), (_, at_home) = rendered_mails(harness, "sign_in_alert")
    assert hers.subject.startswith("تسجيل دخول جديد: هل كنت أنت؟")
    assert '<html lang="ar" dir="rtl">' in hers.html
    for letter in (hers.text, hers.html):
        assert "1 يونيو 2026، 2:00 م" in letter
        assert "\u2068Firefox\u2069 على \u2068Linux\u2069" in letter
    assert his.subject.startswith("Neue Anmeldung: Waren Sie das?")
    assert "Guten Tag John," in his.text
    assert "1. Juni 2026, 12:00 UTC" in his.html
    assert "Bonjour John," in at_home.text


def test_the_pages_of_a_mailed_link_speak_as_its_mail_does_in_any_browser(harness: Harness) -> None:
    jane = Account(harness, harness.person(profile={"name": "Jane", "locale": "de"}))
    jane.open()
    (link,) = alert_links(harness)
    elsewhere = Browser(harness)
    elsewhere.headers["Accept-Language"] = "fr"
    elsewhere.get(link)
    assert '<html lang="de"' in elsewhere.page.text
    elsewhere.submit()
    assert elsewhere.at.startswith("/alert/done")
    assert '<html lang="de"' in elsewhere.page.text, "also once nobody knows any more whose link it was"


def test_unknown_languages_and_refused_ones_fall_back(harness: Harness) -> None:
    for accepted, shown in (
        ("tlh, zh-TW;q=0.9, fr-CH;q=0.8, de;q=0.1", "fr"),
        ("de;q=0, es;q=0.2", "es"),
        ("*", "en"),
        ("de_AT", "de"),
        (";;q=,,=,\x7f", "en"),
        ("", "en"),
    ):
        browser = in_language(harness, accepted)
        browser.get("/nowhere")
        assert language(browser)[0] == shown, accepted
    browser = in_language(harness, "es")
    browser.get("/nowhere")
    assert "Esta página no existe" in words(browser.page)


def test_endless_wishes_are_not_read_to_their_end(harness: Harness) -> None:
    app = RelyingParty(harness)
    browser = in_language(harness, "xx," * (LONG // 3) + "de")
    app.send(browser)
    assert (browser.page.status_code, language(browser)[0]) == (200, "en")
    browser = in_language(harness, "es")
    app.send(browser, ui_locales="x" * LONG)
    assert (browser.page.status_code, language(browser)[0]) == (414, "es")
    app.send(browser, ui_locales=" ".join(["q"] * 100) + " de")
    assert language(browser)[0] == "es", "only the first few wishes count"


def test_a_stored_setting_that_is_nonsense_harms_nobody(harness: Harness) -> None:
    odd = {"name": "Jane", "locale": ["de"], "zoneinfo": "../../etc/passwd"}
    account = Account(harness, harness.person(profile=odd), in_language(harness, "es"))
    account.open()
    assert language(account.browser)[0] == "es"
    assert "1 de junio de 2026, 12:00 UTC" in words(account.browser.page)
