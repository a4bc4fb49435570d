"""Where an address is, in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.config import BadSettings
from idp.language.geoip import GeoIp
from idp.language.localization import localize_text
from idp.language.reader import Reader
from tests.support.world import AUSTRIA, MUNICH, NOWHERE, write_places


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GeoIp]:
    opened = GeoIp.open(str(write_places(tmp_path_factory.mktemp("places") / "places.mmdb")))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        (MUNICH, "en", "Munich, Germany"),
        (MUNICH, "de", "München, Deutschland"),
        (MUNICH, "ar", "Munich, Germany"),
        (f"::ffff:{MUNICH}", "en", "Munich, Germany"),
        (AUSTRIA, "de", "Austria"),
    ],
)
def test_a_place_has_the_name_that_its_reader_knows_it_by(
    places: GeoIp, address: str, language: str, words: str
) -> None:
    assert places.place_name(address, language) == words
    assert localize_text(places.with_place(address, language), Reader("en")) == f"{words} ({address})"


@pytest.mark.parametrize("address", [NOWHERE, "9.9.9.9", "", "local", "81.2.69.999", "x" * 500, "10.0.0.1"])
def test_what_the_file_does_not_know_or_says_oddly_is_the_address_alone(places: GeoIp, address: str) -> None:
    assert places.place_name(address, "en") is None
    assert places.with_place(address, "en") == address


@pytest.mark.parametrize(
    ("address", "here", "words"),
    [
        ("127.0.0.1", "127.0.0.1", "This computer"),
        ("::1", "10.0.0.1", "This computer"),
        ("192.168.1.7", NOWHERE, "A private network"),
        ("fd00::1", NOWHERE, "A private network"),
        (NOWHERE, NOWHERE, "The same network as now"),
        ("2a00:1:2:3::1", "2a00:1:2:3:ffff::9", "The same network as now"),
        ("2a00:1:2:3::1", "2a00:1:2:4::1", "2a00:1:2:3::1"),
        (NOWHERE, "8.8.8.9", NOWHERE),
        (NOWHERE, "", NOWHERE),
        ("somewhere", NOWHERE, "somewhere"),
    ],
)
def test_without_a_file_it_is_said_beside_where_the_reader_is(address: str, here: str, words: str) -> None:
    assert GeoIp.open("").describe(address, "en", here=here) == words


def test_a_file_that_is_missing_broken_or_of_something_else_is_refused_with_words(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a database" * 100)
    cut = tmp_path / "cut.mmdb"
    cut.write_bytes(write_places(tmp_path / "whole.mmdb").read_bytes()[:-40])
    networks = write_places(tmp_path / "asn.mmdb", kind="Test-ASN")
    for path, reason in (
        (tmp_path / "none.mmdb", "cannot be read: No such file"),
        (tmp_path, "cannot be read: Is a directory"),
        (broken, "is no MaxMind DB file"),
        (cut, "is no MaxMind DB file"),
        (networks, "is a file of 'Test-ASN', which knows no places"),
    ):
        with pytest.raises(BadSettings, match=r"IDP_PLACES_FILE: .* Name a MaxMind DB file") as refusal:
            GeoIp.open(str(path))
        assert reason in str(refusal.value)


def test_a_file_that_breaks_later_makes_no_page_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_places(tmp_path / "places.mmdb")
    places, whole = GeoIp.open(str(path)), path.read_bytes()
    for cut in (0, 1, 10, 200):
        path.write_bytes(whole[:cut])
        assert places.with_place(MUNICH, "en") in {MUNICH, f"Munich, Germany ({MUNICH})"}
    assert "the file of places could not be asked" in caplog.text
    path.write_bytes(whole)
    assert places.place_name(MUNICH, "en") == "Munich, Germany"
    places.close()
