"""Sentences for people, as values that can be translated later.

Code creates English sentences; pages and mails translate them for their reader:

    Text("Use at least {least} characters.", least=8)                                with values
    plural("{count} code left", "{count} codes left", count=3)                       singular or plural

Both are English strings, so they can be logged, compared and tested. `idp.language` translates them when they are
rendered; the first arguments must be literals (`./dev languages` extracts them).
"""

from __future__ import annotations

from typing import Any, Self


class Text(str):
    """A translatable sentence: English `message`, plural form `many`, and values for its placeholders.

    A value may be a `Text` or `Moment` itself; it is localized first.
    """

    __slots__ = ("many", "message", "values")

    message: str
    many: str | None
    values: dict[str, Any]

    def __new__(cls, message: str, /, **values: Any) -> Self:
        """Create a sentence; each `{name}` in it is replaced by that value."""
        return cls._create(message, None, values)

    def with_values(self, **values: Any) -> Self:
        """Return the same sentence with these values added."""
        return self._create(self.message, self.many, self.values | values)

    @classmethod
    def _create(cls, message: str, many: str | None, values: dict[str, Any]) -> Self:
        chosen = message if many is None or values["count"] == 1 else many
        text = super().__new__(cls, chosen.format_map(values) if values else chosen)
        text.message, text.many, text.values = message, many, values
        return text


def plural(message: str, many: str, /, *, count: int, **values: Any) -> Text:
    """Create a sentence whose form depends on `count`: `message` for one, `many` otherwise."""
    return Text._create(message, many, {"count": count, **values})  # noqa: SLF001 - the other way to make one
