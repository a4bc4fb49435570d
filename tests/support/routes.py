"""Every address there is, so that a test can try them all and new ones are tried by themselves."""

import re
from collections.abc import Iterator

from tests.support.harness import Harness

FIRST_OF_ANY = re.compile(r"<any\((\w+)[^>]*>")
PLACEHOLDER = re.compile(r"<[^>]+>")


def every(harness: Harness, **values: str) -> Iterator[tuple[str, str]]:
    """Method (GET or POST) and path of every route; a placeholder without a value is its first choice, or `x`."""
    for rule in harness.app.url_map.iter_rules():
        path = rule.rule
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        path = PLACEHOLDER.sub("x", FIRST_OF_ANY.sub(r"\1", path))
        yield from ((method, path) for method in ("GET", "POST") if method in (rule.methods or ()))
