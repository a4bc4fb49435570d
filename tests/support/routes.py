"""Every address there is, so that a test can try them all and new ones are tried by themselves."""

import re
from collections.abc import Iterator

from werkzeug.routing import Rule

from tests.support.harness import Harness

FIRST_OF_ANY = re.compile(r"<any\((\w+)[^>]*>")
NUMBER = re.compile(r"<int(?:\([^)]*\))?:\w+>")
PLACEHOLDER = re.compile(r"<[^>]+>")


def every(harness: Harness, **values: str) -> Iterator[tuple[str, str]]:
    """Method (GET or POST) and path of every route; a placeholder without a value is its first choice, 1, or `x`."""
    for rule in harness.app.url_map.iter_rules():
        yield from ((method, _path(rule, values)) for method in ("GET", "POST") if method in (rule.methods or ()))


def methods(harness: Harness, **values: str) -> dict[str, set[str]]:
    """All methods that each path takes; values as for `every`."""
    found: dict[str, set[str]] = {}
    for rule in harness.app.url_map.iter_rules():
        found.setdefault(_path(rule, values), set()).update(rule.methods or ())
    return found


def _path(rule: Rule, values: dict[str, str]) -> str:
    path = rule.rule
    for name, value in values.items():
        path = path.replace(f"<{name}>", value)
    return PLACEHOLDER.sub("x", NUMBER.sub("1", FIRST_OF_ANY.sub(r"\1", path)))
