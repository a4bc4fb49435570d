"""The catalogues in `templates/languages`, kept in step with what pages and mails say; `./dev languages` runs this.

Every message of the sources is in every catalogue, in the order of the files it stands in; translations are kept, what
is said no longer is dropped, and nothing is guessed. It prints how many translations each language still misses.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from idp.language.catalogues import FOLDER
from idp.language.tags import DEFAULT, LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCES: dict[str, list[tuple[str, str]]] = {
    "idp": [("**.py", "python")],
    "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")],
}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "Text": None, "plural": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2),
}  # fmt: skip
LIKE_OURS = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
OTHERS = [tag for tag in LANGUAGES if tag != DEFAULT]
WIDTH = 118


def said() -> Catalog:
    """Every message of the sources, untranslated."""
    found = Catalog()
    for folder, methods in SOURCES.items():
        for name, line, message, _, _ in extract_from_dir(
            ROOT / folder, methods, {pattern: LIKE_OURS for pattern, _ in methods}, KEYWORDS
        ):
            found.add(message, locations=[(f"{folder}/{name}", line)])
    return found


def stored(tag: str) -> Catalog:
    """The catalogue of a language as it is; empty when there is none yet."""
    path = FOLDER / f"{tag}.po"
    return read_po(BytesIO(path.read_bytes()), locale=tag) if path.exists() else Catalog(locale=tag)


def brought_up(tag: str, messages: Catalog) -> Catalog:
    """`messages`, with the translations that the language's catalogue has for them."""
    before, now = stored(tag), Catalog(locale=tag)
    now.mime_headers = [("Plural-Forms", before.plural_forms)]
    for message in translatable(messages):
        known = before.get(message.id)
        now.add(message.id, known.string if known and _same_kind(known, message) else None, message.locations)
    return now


def text_of(catalogue: Catalog) -> str:
    """The file: without dates, names of machines or line numbers, so that it changes when the words do."""
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalogue.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    body = BytesIO()
    write_po(body, catalogue, width=WIDTH, omit_header=True, sort_by_file=True, include_lineno=False)
    return head + body.getvalue().decode()


def translatable(catalogue: Catalog) -> Iterator[Message]:
    """Its messages, without the header."""
    return (message for message in catalogue if message.id)


def missing(catalogue: Catalog) -> list[str]:
    """The messages that have no translation, or only some of its plural forms."""
    return [str(message.id) for message in translatable(catalogue) if not all(forms(message))]


def ids(message: Message) -> tuple[str, ...]:
    """What the sources say: one sentence, or one for one thing and one for many."""
    return tuple(message.id) if isinstance(message.id, (tuple, list)) else (message.id,)


def forms(message: Message) -> tuple[str, ...]:
    """A message's translation, in each of its plural forms."""
    found = message.string
    return tuple(found) if isinstance(found, (tuple, list)) else (found or "",)


def _same_kind(one: Message, other: Message) -> bool:
    return isinstance(one.id, tuple) == isinstance(other.id, tuple)


def main() -> int:
    """Write every catalogue; the exit code is 0 also when translations are missing."""
    messages = said()
    for tag in OTHERS:
        catalogue = brought_up(tag, messages)
        (FOLDER / f"{tag}.po").write_text(text_of(catalogue), encoding="utf-8")
        lacking = len(missing(catalogue))
        print(f"{tag} ({LANGUAGES[tag]}): {len(catalogue) - lacking} of {len(catalogue)} translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
