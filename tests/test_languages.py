"""Everything people read can be translated, and what is translated keeps what it must."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import Environment

from tests.support.languages import OTHERS, forms, ids, stored, translatable

ROOT = Path(__file__).parent.parent
VALUES = re.compile(r"%\(\w+\)s|\{\w+\}")
MARKUP = re.compile(r"</?\w[^>]*>")
WORD = re.compile(r"[^\W\d_]{2,}")
NO_WORDS = {"card-wide", "site-narrow", ".txt"}
"""Letters in templates that nobody reads as words: names of classes and of a kind of file."""
SAY_IT = {"Text", "plural"}


def faults_of(message: Message) -> list[str]:
    """What a translation lost or made up: values, markup, the space around it, or some of its plural forms."""
    said = ids(message)
    found = [form for form in forms(message) if form]
    faults = [] if len(found) in {0, len(forms(message))} else ["some plural forms are missing"]
    values, markup = set(VALUES.findall(said[-1])), sorted(MARKUP.findall(said[-1]))
    may_lack = {"%(count)s", "{count}"} if len(said) > 1 else set()  # a language may have a word for two
    for form in found:
        kept = set(VALUES.findall(form))
        if not values - may_lack <= kept <= values:
            faults.append(f"values: {form}")
        if sorted(MARKUP.findall(form)) != markup:
            faults.append(f"markup: {form}")
        if form != form.strip() or "%" in VALUES.sub("", form).replace("%%", ""):
            faults.append(f"space at an end, or a lone percent sign: {form}")
    return faults


@pytest.mark.parametrize("tag", OTHERS)
def test_every_translation_keeps_the_values_and_the_markup_of_its_message(tag: str) -> None:
    found = {str(message.id): faults for message in translatable(stored(tag)) if (faults := faults_of(message))}
    assert found == {}


def test_a_translation_that_loses_something_is_noticed() -> None:
    assert faults_of(Message("Hello %(name)s", "Hallo"))
    assert faults_of(Message("Hello %(name)s", "Hallo %(nam)s"))
    assert faults_of(Message("<b>Hello</b>", "<i>Hallo</i>"))
    assert faults_of(Message("Done", "Fertig "))
    assert faults_of(
        Message(("{count} day of {name}", "{count} days of {name}"), ("ein Tag", "{count} Tage von {name}"))
    )
    assert faults_of(Message(("{count} day", "{count} days"), ("ein Tag", "")))
    assert faults_of(Message(("{count} day", "{count} days"), ("ein Tag", "{count} Tage"))) == []


def test_no_template_has_words_that_cannot_be_translated() -> None:
    environment, found = Environment(extensions=["jinja2.ext.i18n"], autoescape=True), []
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        shown, tag, translated = [], list[str](), False
        for _, kind, value in environment.lex(path.read_text(encoding="utf-8")):
            tag = [] if kind == "block_begin" else [*tag, value] if kind == "name" else tag
            translated = tag[:1] == ["trans"] or (translated and tag[:1] != ["endtrans"])
            shown += [value] if kind == "data" and not translated else ["\0"]
        bare = re.sub(r"<[^<>]*>", "", re.sub(r"=\"[^\"]*\"", "", "".join(shown)))
        named = re.findall(r"\b(?:aria-label|title|placeholder|alt)=\"([^\"\0]*)\"", "".join(shown))
        lines = [line.strip("\0 ") for line in [*bare.splitlines(), *named] if WORD.search(line)]
        found += [f"{path.name}: {line}" for line in lines if not set(re.split(r"[\0 ]+", line)) <= {"", *NO_WORDS}]
    assert found == []


def test_every_sentence_in_the_code_can_be_found_by_translators() -> None:
    """The words are literals: what is put together first is no message of any catalogue."""
    found = []
    for path in sorted((ROOT / "idp").rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        said = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in SAY_IT]
        loose = [call for call in said if not all(isinstance(words, ast.Constant) for words in call.args)]
        found += [f"{path.relative_to(ROOT)}:{call.lineno}" for call in loose]
    assert found == []
