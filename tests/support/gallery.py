"""Every page in every state, on a bare Flask app: to look at, to photograph, and to check with axe.

``python -m tests.support.gallery serve`` lists the pages at http://localhost:5055/.
``python -m tests.support.gallery shots DIRECTORY [NAME ...]`` photographs them wide, on a phone, dark, zoomed and
mirrored, each in another language, and prints what axe finds and which pages overflow sideways; it exits 1 when there
is anything.
"""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template, request, url_for
from jinja2 import StrictUndefined
from playwright.sync_api import Browser, Page, sync_playwright

from idp.kernel.text import Text
from idp.language import jinja
from idp.language.localization import localize_values
from idp.language.reader import Reader
from idp.language.tags import DEFAULT, LANGUAGES
from tests.support.browser_binary import find_browser
from tests.support.local_servers import local_server
from tests.support.samples import COMMON, SAMPLES, SELF_SENDING

TEMPLATES = Path(__file__).parents[2] / "templates"
# As strict as the provider's own policy, so that an inline style or script shows up here first.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'"
)
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": PHONE,
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "dark-phone": PHONE | {"color_scheme": "dark"},
    "zoomed": {"viewport": {"width": 640, "height": 400}},
    "rtl": {"viewport": {"width": 1280, "height": 800}},
}
SPOKEN = {"desktop": "en", "phone": "de", "dark": "ja", "dark-phone": "es", "zoomed": "fr", "rtl": "ar"}
"""Each look has its own language, so that every page is seen in each: the longest words where there is least room."""


def create_gallery() -> Flask:
    """Return an app with one page per sample at ``/<name>``, in English or, with ``?lang=ar``, in another language."""
    app = Flask("gallery", template_folder=str(TEMPLATES), static_folder=str(TEMPLATES / "static"))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    jinja.install(app.jinja_env)
    samples = {name: (template, variables) for name, template, variables in SAMPLES}

    def others(name: str) -> str:
        return " ".join(f'<a href="/{name}?lang={tag}">{tag}</a>' for tag in LANGUAGES)

    @app.get("/")
    def index() -> str:
        return "<br>".join(f'<a href="/{name}">{name}</a> {others(name)}' for name in samples)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        return Response(status=204)

    @app.get("/<name>")
    def page(name: str) -> Response:
        template, variables = samples[name]
        reader = Reader(request.args.get("lang", DEFAULT))
        values = localize_values(_sentences(COMMON | variables), reader) | jinja.variables(reader) | {"static": _static}
        kind = "text/plain" if template.endswith(".txt") else "text/html"
        response = Response(render_template(template, **values), mimetype=kind)
        if not template.startswith("email/"):
            response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


EXAMINED = ("desktop", "dark-phone")
"""The looks that axe examines: both color schemes, both sizes. It takes three times as long as to open the page."""


def faults_of(page: Page, axe: Axe, look: str = EXAMINED[0]) -> list[str]:
    """Return what axe finds on ``page`` in a look that it examines, and whether it is wider than the window."""
    page.wait_for_load_state()  # a page that has just been requested has no root element yet
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    overflow = [f"{excess} px too wide"] if excess else []
    return _violations(page, axe) + overflow if look in EXAMINED else overflow


def _violations(page: Page, axe: Axe) -> list[str]:
    """Return what breaks a rule of axe, targets' size included."""
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    page.evaluate(axe.axe_script)
    # The rest of the report, 50 KB a page, takes as long to bring over as the faults take to find.
    violations = page.evaluate("options => axe.run(options).then(report => report.violations)", options)
    return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]


def _sentences(value: Any) -> Any:  # noqa: ANN401 - whatever a sample holds
    """Let what samples say in English be translated where the product would say the same."""
    if type(value) is dict:
        return {name: _sentences(one) for name, one in value.items()}
    if type(value) is list:
        return [_sentences(one) for one in value]
    return Text(value) if type(value) is str else value


def _static(path: str) -> str:
    return url_for("static", filename=path)


def _browser_pages(browser: Browser, names: list[str]) -> Iterator[tuple[str, str, Page]]:
    """Yield each name in each look with the page to open it in, which prints what its console complains about."""
    for look, options in LOOKS.items():
        context = browser.new_context(**options)
        page = context.new_page()
        page.on("console", lambda line: print(f"  console: {line.text}") if line.type == "error" else None)
        for name in names:
            yield name, look, page
        context.close()


def photograph(base: str, folder: Path, names: list[str]) -> int:
    """Save a picture of each page in each look below ``folder``; return how many faults were found and printed."""
    faults = 0
    folder.mkdir(parents=True, exist_ok=True)
    axe = Axe()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for name, look, page in _browser_pages(browser, names):
            page.goto(f"{base}/{name}?lang={SPOKEN[look]}")
            page.screenshot(path=folder / f"{name}.{look}.png", full_page=True)
            for fault in faults_of(page, axe):
                print(f"{name} {look}: {fault}")
                faults += 1
        browser.close()
    return faults


def main(arguments: list[str]) -> int:
    """Run one of the two commands in the module's docstring; return the exit code."""
    if arguments[:1] == ["serve"]:
        create_gallery().run(host="localhost", port=5055)
        return 0
    if arguments[:1] != ["shots"] or len(arguments) < 2:
        print(__doc__)
        return 2
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    html = [name for name, template, _ in SAMPLES if template.endswith(".html") and name != SELF_SENDING[0]]
    with local_server() as at:
        at.start(create_gallery())
        faults = photograph(at.base, Path(arguments[1]), arguments[2:] or html)
    print(f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
