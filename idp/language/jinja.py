"""Translations inside templates: `_()` and `{% trans %}`, in the language of the template's own variable `lang`.

A template that imports macros with words in them does so `with context`, or they would not know their reader.
"""

from __future__ import annotations

from jinja2 import Environment, pass_context
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Context

from idp.language.catalogues import catalogue
from idp.language.reader import Reader


def install(environment: Environment) -> None:
    """Teach a template environment to translate; every template then needs the variables of `variables`."""
    environment.add_extension(InternationalizationExtension)
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension


def variables(reader: Reader) -> dict[str, str]:
    """What a template must know of its reader: `lang` and `dir`, as HTML wants them."""
    return {"lang": reader.language, "dir": reader.direction}


@pass_context
def _gettext(context: Context, message: str) -> str:
    return catalogue(context["lang"]).gettext(message)


@pass_context
def _ngettext(context: Context, message: str, many: str, count: int) -> str:
    return catalogue(context["lang"]).ngettext(message, many, count)
