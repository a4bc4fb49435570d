"""Every page of the console, taken from the URL map: axe, light, dark, small, mirrored and in each language."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, StorageState

from tests.support.console_browser import furnish, open_page, sign_in
from tests.support.databases import SqliteDatabases
from tests.support.gallery import LOOKS, SPOKEN, faults_of
from tests.support.harness import migrate
from tests.support.live import Live, serving

Furnished = tuple[Live, list[str], StorageState]
SECTION_IS_OUT_OF_SIGHT = """() => [...document.querySelectorAll('.site-nav [aria-current]')].some((link) => {
  const place = link.getBoundingClientRect();
  return place.left < 0 || place.right > innerWidth;
})"""

SCROLLING = """() => [...document.querySelectorAll('.table-frame')]
  .filter((frame) => frame.scrollWidth > frame.clientWidth).map((frame) => frame.getAttribute('aria-label'))"""


@pytest.fixture(scope="module")
def furnished(
    sqlite_databases: SqliteDatabases, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """The product with something on each page, and an owner who is signed in."""
    with sqlite_databases.fresh(migrate) as url, serving(url, tmp_path_factory.mktemp("console")) as live:
        yield live, furnish(live), sign_in(live, chromium)


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_and_nothing_overflows(chromium: Browser, furnished: Furnished, look: str) -> None:
    live, paths, state = furnished
    context = chromium.new_context(**LOOKS[look], storage_state=state, locale=SPOKEN[look])
    page, axe, found, seen = context.new_page(), Axe(), list[str](), 0
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    for path in paths:
        if open_page(page, live.issuer + path):
            seen += 1
            assert page.locator("html").get_attribute("lang") == SPOKEN[look]
            found += [f"{path}: {fault}" for fault in faults_of(page, axe, look)]
            if page.evaluate(SECTION_IS_OUT_OF_SIGHT):
                found.append(f"{path}: the link of its section is out of sight")
            found += [f"{path}: {table} scrolls sideways" for table in page.evaluate(SCROLLING)]
    context.close()
    assert seen
    assert found == []
