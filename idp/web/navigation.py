"""Where somebody is among the pages of a section, and what they just did there."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from idp.kernel.text import Text
from idp.web import csrf


def is_current(href: str, *, home: str) -> bool:
    """Whether the present page is this one, or below it; every page is below `home`, which counts for itself alone."""
    if request.path.rstrip("/") == href.rstrip("/"):
        return True
    return href != home and request.path.startswith(f"{href}/")


def done_notice(notices: Mapping[str, Text]) -> Text | None:
    """Return the notice of the change that the address names (`done`); `notices` are those of this page.

    None when another site made the address, which might only pretend so.
    """
    return notices.get(request.args.get("done", "")) if csrf.is_same_origin() else None
