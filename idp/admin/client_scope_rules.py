"""What the scopes of a registration must be: known here, or of an API. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from idp.consent import scope_texts
from idp.kernel.text import Text

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")  # RFC 6749 section 3.3
_NAMESPACE = re.compile(r"[^:/.]+[:/.].+")
"""Scopes of an API that we do not know have one, so that a misspelt name of ours never passes for them."""
_MISSPELT = 0.85
""""offline.access" is nearer to "offline_access" than this ratio of `difflib`; "orders:read" is near to nothing."""


def problems(scopes: Iterable[str]) -> Iterator[tuple[str, Text]]:
    """Yield the field and the fault of each scope."""
    yield from (("scopes", found) for scope in scopes if (found := _fault(scope)))


def _fault(scope: str) -> Text | None:
    """Return why a scope cannot be registered: people would be asked about what means nothing."""
    if not _SCOPE.fullmatch(scope):
        return Text(
            "{scope} cannot be a scope: no spaces, quotes or backslashes, ASCII only (RFC 6749 section 3.3).",
            scope=repr(scope),
        )
    known = list(scope_texts.TITLES)
    if scope in known or (_NAMESPACE.fullmatch(scope) and not difflib.get_close_matches(scope, known, 1, _MISSPELT)):
        return None
    nearest = difflib.get_close_matches(scope.lower(), known, 1)
    meant = (
        Text("Did you mean {scope}?", scope=repr(nearest[0]))
        if nearest
        else Text("The scopes here are {all}.", all=", ".join(known))
    )
    return Text(
        "{scope} is not a known scope. {meant} A scope of an API of yours looks like orders:read.",
        scope=repr(scope),
        meant=meant,
    )
