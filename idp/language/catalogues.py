"""Message catalogues (.po files).

They are compiled in memory on first use, so there is no build step and no stale file.
"""

from __future__ import annotations

import functools
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from idp.kernel.resources import TEMPLATES
from idp.language.tags import DEFAULT

FOLDER = TEMPLATES / "languages"


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations of a language; messages without one stay English."""
    path = FOLDER / f"{language}.po"
    if language == DEFAULT or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
