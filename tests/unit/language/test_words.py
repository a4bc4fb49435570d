"""Sentences and times in their reader's words, and which language a wish means."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.kernel.dates import Moment
from idp.kernel.text import Text, plural
from idp.language import tags, zones
from idp.language.catalogues import catalogue
from idp.language.localization import localize_text, localize_values
from idp.language.reader import Reader

SUMMER = 1_780_409_100
"""2 June 2026, 14:05 UTC."""
MOMENTS = {
    Reader(): "2 June 2026, 14:05 UTC",
    Reader("en", "Europe/Berlin"): "2 June 2026, 16:05",
    Reader("de", "Europe/Berlin"): "2. Juni 2026, 16:05",
    Reader("fr", "America/New_York"): "2 juin 2026, 10:05",
    Reader("es"): "2 de junio de 2026, 14:05 UTC",
    Reader("ja", "Asia/Tokyo"): "2026年6月2日 23:05",
    Reader("ar"): "2 يونيو 2026، 2:05 م UTC",
}


@dataclasses.dataclass(frozen=True)
class Way:
    """One of the shapes that templates are handed."""

    title: str
    number: int


@pytest.mark.parametrize(("reader", "shown"), MOMENTS.items(), ids=str)
def test_a_time_is_told_as_its_reader_writes_times(reader: Reader, shown: str) -> None:
    assert localize_text(Moment(SUMMER), reader) == shown


def test_a_sentence_takes_its_values_along_and_puts_those_into_words_too() -> None:
    inner = Text("{browser} on {system}", browser="Firefox", system="Windows")
    outer = Text("Seen: {what}, {when}", what=inner, when=Moment(SUMMER))
    assert localize_text(inner, Reader("de")) == "Firefox unter Windows"
    assert localize_text(outer, Reader("de")) == "Seen: Firefox unter Windows, 2. Juni 2026, 14:05 UTC", (
        "untranslated is English"
    )
    assert outer == "Seen: Firefox on Windows, 2 June 2026, 14:05 UTC"


def test_latin_names_cannot_turn_an_arabic_sentence_around() -> None:
    sentence = Text("{browser} on {system}", browser="Firefox", system="Windows")
    assert localize_text(sentence, Reader("ar")) == "\u2068Firefox\u2069 على \u2068Windows\u2069"


def test_what_has_no_translation_is_said_in_english_by_number() -> None:
    for count, shown in ((0, "0 ducks"), (1, "1 duck"), (2, "2 ducks")):
        sentence = plural("{count} duck", "{count} ducks", count=count)
        assert [str(sentence), localize_text(sentence, Reader("ja"))] == [shown, shown]


def test_values_are_never_read_as_sentences() -> None:
    assert localize_text(Text("You are {name}.", name="{count} %(x)s"), Reader("fr")) == "You are {count} %(x)s."
    assert localize_text("Sign in", Reader("de")) == "Sign in", "somebody may be called so"
    assert localize_text(Text(""), Reader("de")) == ""


def test_a_template_gets_plain_text_however_deep_the_sentence_stands() -> None:
    password, number = Text("Password"), object()
    values = {"rows": [{"title": password}], "pair": (password, 3), "way": Way(password, 3), "other": number}
    told = {"rows": [{"title": "Passwort"}], "pair": ["Passwort", 3], "way": Way("Passwort", 3), "other": number}
    assert localize_values(values, Reader("de")) == told


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("de", "de"), ("de-AT", "de"), ("DE_at", "de"), ("ja-Jpan-JP-u-ca-japanese", "ja"), ("ar-EG", "ar"),
        ("zh-TW", None), ("deutsch", None), ("*", None), ("", None), ("-de", None), ("de-" + "x" * 100_000, None),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_wish_means_the_language_that_remains_when_it_is_cut(wish: str, language: str | None) -> None:
    assert tags.match_tag(wish) == language


@given(st.lists(st.text(max_size=60), max_size=40))
def test_any_wishes_at_all_end_in_a_language_of_ours_or_none(wishes: list[str]) -> None:
    assert tags.best_match(wishes) in {None, *tags.LANGUAGES}


@given(
    st.dictionaries(
        st.sampled_from(["locale", "zoneinfo"]), st.none() | st.integers() | st.text() | st.lists(st.text())
    )
)
def test_any_settings_at_all_make_a_reader_who_can_be_told_the_time(profile: dict[str, object]) -> None:
    assert localize_text(Moment(SUMMER), Reader.from_profile(profile))


@pytest.mark.parametrize("name", ["Europe", "../../etc/passwd", "/etc/localtime", "Nowhere/At_All", "a\0b", ""])
def test_a_zone_that_is_none_counts_as_utc(name: str) -> None:
    assert zones.find(name) is None
    assert Reader.from_profile({"zoneinfo": name}).zone == "UTC"


def test_every_zone_that_can_be_chosen_exists() -> None:
    assert zones.choices()[0] == "UTC"
    assert {"Europe/Berlin", "Asia/Tokyo"} < set(zones.choices())
    assert [name for name in zones.choices() if zones.find(name) is None] == []


def test_a_catalogue_is_read_once() -> None:
    assert catalogue("de") is catalogue("de")
    assert catalogue("de").gettext("Sign in") == "Anmelden"
