"""What people may say about themselves, field by field."""

import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from idp.recovery.profile_form import LONGEST, fields_of, parse_profile_form

TODAY = dt.date(2026, 6, 1)
ADDRESS = {"street_address": "Ring 1\nTop 4", "postal_code": "1010", "locality": "Wien", "country": "Austria"}


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("name", "  Jane   Doe ", "Jane Doe"),
        ("name", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627"),
        ("name", "<b>Jane</b>", "<b>Jane</b>"),
        ("nickname", "J", "J"),
        ("website", "https://example.com/~jane?a=b#c", "https://example.com/~jane?a=b#c"),
        ("birthdate", "1985-02-28", "1985-02-28"),
        ("birthdate", "0000-02-29", "0000-02-29"),
        ("birthdate", "1985", "1985"),
        ("locale", "ar", "ar"),
        ("zoneinfo", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_what_can_be_said_is_kept(field: str, typed: str, kept: str) -> None:
    heard = parse_profile_form(MultiDict({field: typed}), {}, today=TODAY)
    assert (heard.profile, heard.errors) == ({field: kept}, {})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *((field, "x" * (longest + 1)) for field, longest in LONGEST.items()),
        *(("name", f"Jane{bad}Doe") for bad in ("\x00", "\x07", "\u202e", "\u2066", "\ufeff", "\ud800")),
        *(
            ("picture", bad)
            for bad in (
                "http://example.com/me.png", "javascript:alert(1)", "data:image/png;base64,AA", "//example.com/a",
                "https://", "https://me", "https://jane:pw@example.com/", "https://exa mple.com/", 'https://e.com/"x',
                "https://e.com:99999/", "https://[e.com/", "https:///e.com", "https://e.com/<b>", "https://ü.example/",
            )
        ),
        *(("birthdate", bad) for bad in ("28.2.1985", "1985-02-30", "2026-06-02", "1066-01-01", "0000", "\uff11985")),
        ("locale", "tlh"),
        ("zoneinfo", "Europe/../Berlin"),
        ("zoneinfo", "Mars"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_answered_beside_its_field_and_nothing_is_lost(field: str, typed: str) -> None:
    heard = parse_profile_form(MultiDict({field: typed}), {field: "before"}, today=TODAY)
    assert list(heard.errors) == [field]
    assert heard.profile == {field: "before"}


def test_a_doubled_field_is_not_read_as_an_empty_one() -> None:
    heard = parse_profile_form(MultiDict([("name", "Jane"), ("name", "Jim")]), {"name": "Before"}, today=TODAY)
    assert list(heard.errors) == ["name"]


def test_an_address_is_told_in_parts_and_as_a_whole() -> None:
    heard = parse_profile_form(MultiDict(ADDRESS), {}, today=TODAY)
    assert heard.profile == {"address": ADDRESS | {"formatted": "Ring 1\nTop 4\n1010 Wien\nAustria"}}
    assert parse_profile_form(MultiDict(fields_of(heard.profile)), heard.profile, today=TODAY).profile == heard.profile
    assert parse_profile_form(MultiDict(dict.fromkeys(ADDRESS, "")), heard.profile, today=TODAY).profile == {}


def test_what_an_import_brought_stays_until_its_owner_says_otherwise() -> None:
    imported = {"locale": "de-AT", "zoneinfo": "US/Pacific", "address": {"formatted": "Ring 1\nWien"}, "staff_id": 7}
    assert parse_profile_form(MultiDict(fields_of(imported)), imported, today=TODAY).profile == imported
    heard = parse_profile_form(
        MultiDict({"locale": "", "is_admin": "1", "sub": "x", "email": "x"}), imported, today=TODAY
    )
    assert heard.profile == {name: value for name, value in imported.items() if name != "locale"}
