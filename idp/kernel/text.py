"""Sentences for people as values: English text that can still be translated.

Code that decides uses English; a page or a mail translates it into its reader's language:

    Text("Use at least {least} characters.", least=8)                                a sentence with values
    plural("{count} code left", "{count} codes left", count=3)                       the same, by number

Both are strings, in English, so they can be logged, compared and tested as such. `idp.language` translates them as they
are shown; only the first arguments, which must be literals, are looked up (`./dev languages` collects them).
"""

from __future__ import annotations

from typing import Any, Self


class Text(str):
    """A sentence: the English it is known by (`message`, perhaps `many`), and the values that stand in its braces.

    A value may be a `Text` or a `Moment` itself; it is put into the reader's words first.
    """

    __slots__ = ("many", "message", "values")

    message: str
    many: str | None
    values: dict[str, Any]

    def __new__(cls, message: str, /, **values: Any) -> Self:
        """Create `message` with each `{name}` in it replaced by that value."""
        return cls._create(message, None, values)

    def with_values(self, **values: Any) -> Self:
        """The same sentence with these values as well: for one that stands in a table, and is completed when used."""
        return self._create(self.message, self.many, self.values | values)

    @classmethod
    def _create(cls, message: str, many: str | None, values: dict[str, Any]) -> Self:
        chosen = message if many is None or values["count"] == 1 else many
        said = super().__new__(cls, chosen.format_map(values) if values else chosen)
        said.message, said.many, said.values = message, many, values
        return said


def plural(message: str, many: str, /, *, count: int, **values: Any) -> Text:
    """Create `message` for one thing and `many` for any other number of them; `count` is that number."""
    return Text._create(message, many, {"count": count, **values})  # noqa: SLF001 - the other way to make one
