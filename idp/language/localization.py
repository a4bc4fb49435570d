"""Localized sentences and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import cast

from babel import Locale
from babel.dates import format_date, format_time, get_datetime_format

from idp.kernel.dates import Day, Moment
from idp.kernel.text import Text
from idp.language import zones
from idp.language.catalogues import catalogue
from idp.language.reader import Reader

DAY_FIRST = {"en": "en_GB"}
"""English dates and times are day-first with 24 hours: 2 June 2026, 14:05."""
RTL = "rtl"
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"


def localize_values(values: Mapping[str, object], reader: Reader) -> dict[str, object]:
    """Localize each `Text`, `Moment` and `Day` in template values, at any depth."""
    return {name: _localize(one, reader) for name, one in values.items()}


def localize_text(text: str, reader: Reader) -> str:
    """Localize a sentence or time; other text is returned unchanged."""
    if isinstance(text, Text):
        return _translate(text, reader) if text.message else ""  # to gettext, nothing means a catalogue's header
    if isinstance(text, Day):
        return format_date(dt.datetime.fromtimestamp(text.at, dt.UTC).date(), "long", _locale(reader))
    return _format_time(text.at, reader) if isinstance(text, Moment) else text


def _localize(value: object, reader: Reader) -> object:
    if isinstance(value, str):
        return localize_text(value, reader)
    if type(value) is dict:
        return localize_values(value, reader)
    if type(value) in {list, tuple}:
        return [_localize(one, reader) for one in cast("Sequence[object]", value)]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: _localize(getattr(value, one.name), reader) for one in fields(value)})
    return value


def _translate(text: Text, reader: Reader) -> str:
    translations = catalogue(reader.language)
    if text.many is None:
        found = translations.gettext(text.message)
    else:
        found = translations.ngettext(text.message, text.many, text.values["count"])
    return (
        found.format_map({name: _localize_argument(one, reader) for name, one in text.values.items()})
        if text.values
        else found
    )


def _localize_argument(value: object, reader: Reader) -> object:
    """Localize a placeholder value; isolate Latin text in right-to-left sentences (UAX 9)."""
    own = _localize(value, reader)
    foreign = isinstance(own, str) and not isinstance(value, (Text, Moment, Day)) and reader.direction == RTL
    return f"{ISOLATE}{own}{END_OF_ISOLATE}" if foreign else own


def _format_time(at: int, reader: Reader) -> str:
    """Format "2 June 2026, 16:05" in the reader's zone, with "UTC" if none is set (`at`: seconds, UTC)."""
    locale = _locale(reader)
    moment = dt.datetime.fromtimestamp(at, zones.find(reader.zone) or dt.UTC)
    date = format_date(moment.date(), "long", locale)
    time = format_time(moment, "short", tzinfo=moment.tzinfo, locale=locale)
    said_so = f"{time} {zones.UTC}" if reader.zone == zones.UTC else time
    return str(get_datetime_format("long", locale)).format(said_so, date)


def _locale(reader: Reader) -> Locale:
    return Locale.parse(DAY_FIRST.get(reader.language, reader.language))
