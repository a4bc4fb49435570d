"""Translation in templates: `_()` and `{% trans %}`, by the template variable `lang`.

Macros with translated text must be imported `with context`, or `lang` is undefined in them.
"""

from __future__ import annotations

from jinja2 import Environment, pass_context
from jinja2.ext import InternationalizationExtension
from jinja2.runtime import Context

from idp.language.catalogues import catalogue
from idp.language.reader import Reader


def install(environment: Environment) -> None:
    """Add translation to a template environment; templates then need `variables`."""
    environment.add_extension(InternationalizationExtension)
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension


def variables(reader: Reader) -> dict[str, str]:
    """Return the template variables `lang` and `dir` of a reader, as in HTML."""
    return {"lang": reader.language, "dir": reader.direction}


@pass_context
def _gettext(context: Context, message: str) -> str:
    return catalogue(context["lang"]).gettext(message)


@pass_context
def _ngettext(context: Context, message: str, many: str, count: int) -> str:
    return catalogue(context["lang"]).ngettext(message, many, count)
