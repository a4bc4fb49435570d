"""The retired words stay retired: in names, docstrings and comments of idp/ and clients/, never in what people read."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RETIRED = {
    r"doors?|gates?": "initiator, guard, or the name of the page",
    r"visitors?": "auth_session, or person",
    r"lanes?": "bucket",
    r"(?<!on )demands?|wished": "requirement, requires, voluntary_level",
    r"hears?|heard|greet|farewell": "use_ui_locales, use_profile_locale, result_page",
    r"promis(e|es|ed|ing)": "enqueue",
    r"onward|walk(s|ed)? away": "advance_flow, redirect_to_next_step, cancel",
    r"thaw|frozen request": "from_stored, stored_params",
    r"way[ _]back|ReturnPath": "client redirect, AuthorizationResponder",
    r"login transaction": "login flow",
    r"login attempts?": "login flow",
    r"repay|pays? for": "consume_attempt, reset_attempts",
    r"overtaken": "ConcurrentChange, conflict",
    r"courier|perishable": "OutboxDispatcher, expires",
    r"ask[s_ ]anew|admit": "require_reauthentication, require",
    r"endings|risen|rises": "revocation, rotate, step up",
}
"""A retired word (whole words, any case) -> what to use instead."""

ALONE = frozenset({"of", "ask", "show", "keep", "look", "it", "hear", "meet", "tell", "told", "said", "answer", "pay"})
"""Names that say nothing at the call, or name no action."""

SPEECH = frozenset({"said", "told", "spoken", "heard", "judged"})
"""Names of a value that do not say what it is."""

WORDS = {re.compile(rf"\b(?:{word})\b", re.IGNORECASE): instead for word, instead in RETIRED.items()}
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
HISTORY = "migrations/versions"
"""Migrations name the tables and columns of their time."""

SOURCES = [
    path for folder in ("idp", "clients") for path in sorted((ROOT / folder).rglob("*.py")) if HISTORY not in str(path)
]


def prose_and_names(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each name, comment and docstring; other strings are data, or sentences for people."""
    source = path.read_text(encoding="utf-8")
    statements = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr))
    docstrings = {
        node.lineno for node in statements if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], CAMEL.sub(" ", token.string).replace("_", " ")
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.start[0] in docstrings):
            yield token.start[0], token.string


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_retired_word_is_used(path: Path) -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {found[0]!r} -> {instead}"
        for line, text in prose_and_names(path)
        for word, instead in WORDS.items()
        if (found := word.search(text))
    ] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_values_are_named_after_what_they_are(path: Path) -> None:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    assert [f"{token.string}, line {token.start[0]}" for token in tokens if token.string in SPEECH] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_named_after_what_they_do(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [f"{node.name}, line {node.lineno}" for node in functions if node.name.lstrip("_") in ALONE] == []
