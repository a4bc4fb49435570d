"""Files that are no Python modules: templates of pages and messages, static files, catalogues."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
"""In an installed package they are inside it, in a checkout beside it."""

TEMPLATES = next((place for place in _PLACES if place.is_dir()), _PLACES[0])
