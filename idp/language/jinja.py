"""Translation in templates: `_()` and `{% trans %}`, by the template variable `lang`.

Macros with translated text must be imported `with context`, or `lang` is undefined in them.
"""

from __future__ import annotations

import functools

from jinja2 import Environment, pass_context
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Context
from markupsafe import Markup

from idp.language.catalogues import catalogue
from idp.language.reader import Reader


def install(environment: Environment) -> None:
    """Add translation to a template environment; templates then need `variables`."""
    environment.add_extension(InternationalizationExtension)
    # What `install_gettext_callables` would add calls each of these through two wrappers.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # added by the extension
    environment.globals |= {"_": _gettext, "gettext": _gettext, "ngettext": _ngettext}


def variables(reader: Reader) -> dict[str, str]:
    """Return the template variables `lang` and `dir` of a reader, as in HTML."""
    return {"lang": reader.language, "dir": reader.direction}


@pass_context
def _gettext(context: Context, message: str, /, **values: object) -> str:
    language, markup = context["lang"], context.eval_ctx.autoescape
    return _fill(catalogue(language).gettext(message), values, markup) if values else _plain(language, message, markup)


@pass_context
def _ngettext(context: Context, message: str, many: str, count: int, /, **values: object) -> str:
    text = catalogue(context["lang"]).ngettext(message, many, count)
    return _fill(text, {"num": count, **values}, context.eval_ctx.autoescape)


@functools.cache
def _plain(language: str, message: str, markup: bool) -> str:  # noqa: FBT001 - a key of the cache
    """Return a sentence without values; most of a page are such, and templates have no others than constant ones."""
    return _fill(catalogue(language).gettext(message), {}, markup)


def _fill(text: str, values: dict[str, object], markup: bool) -> str:  # noqa: FBT001 - private
    """Fill the placeholders in: a sentence is a format string even without any, so `%%` is one percent sign."""
    return (Markup(text) if markup else text) % values  # noqa: S704 - sentences of ours; Markup escapes the values
