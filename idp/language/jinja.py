"""Translation in templates: `_()` and `{% trans %}`, by the template variable `lang`.

Macros with translated text must be imported `with context`, or `lang` is undefined in them.
"""

from __future__ import annotations

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
    return _fill(context, catalogue(context["lang"]).gettext(message), values)


@pass_context
def _ngettext(context: Context, message: str, many: str, count: int, /, **values: object) -> str:
    return _fill(context, catalogue(context["lang"]).ngettext(message, many, count), {"num": count, **values})


def _fill(context: Context, text: str, values: dict[str, object]) -> str:
    """Fill the placeholders in: a sentence is a format string even without any, so `%%` is one percent sign."""
    return (Markup(text) if context.eval_ctx.autoescape else text) % values  # noqa: S704 - sentences of ours; Markup escapes the values
