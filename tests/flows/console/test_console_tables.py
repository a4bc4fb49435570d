"""Tables of the console: what assistive technology and narrow screens are told of each cell."""

import re

from markupsafe import Markup

from idp.console.tables import label_cells
from tests.support.console import console
from tests.support.harness import Harness

CELLS = re.compile(r'<(?:td|th) [^>]*?role="(\w+)"(?: data-label="([^"]*)")?')


def test_each_cell_has_its_role_and_the_name_of_its_column(harness: Harness) -> None:
    """Where CSS shows rows as cards, browsers forget the roles of HTML, and nobody sees the heads of columns."""
    admin = console(harness, path="/admin/people")
    table = re.findall(r"<table.*?</table>", admin.browser.page.text, re.DOTALL)[0]
    head, body = table.split("<tbody")
    assert [role for role, _ in CELLS.findall(head)] == ["columnheader"] * 7
    assert CELLS.findall(body) == [
        ("cell", ""),  # the box to tick: the name of its column is not visible either
        ("rowheader", ""),
        ("cell", "Email"),
        ("cell", "2FA Status"),
        ("cell", "2FA Required"),
        ("cell", "Last sign-in"),
        ("cell", "State"),
    ]
    assert re.findall(r' role="(table|row|rowgroup)"', table) == ["table", "rowgroup", "row", "rowgroup", "row"]


def test_names_of_columns_are_escaped_once() -> None:
    table = Markup('<tr><th scope="col">Q&amp;A <b>&#34;now&#34;</b></th></tr><tr><td>x</td></tr>')
    assert 'data-label="Q&amp;A &#34;now&#34;"' in label_cells(table)
