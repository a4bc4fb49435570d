"""Catalogues: what each message is in another language, as text files that translators edit.

They are compiled in memory at the first use of a language, so that nothing is built, and nothing can be out of date.
"""

from __future__ import annotations

import functools
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from idp.language.tags import DEFAULT

FOLDER = Path(__file__).parents[2] / "templates" / "languages"


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations of one of our languages; what is missing stays English."""
    path = FOLDER / f"{language}.po"
    if language == DEFAULT or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        messages = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
