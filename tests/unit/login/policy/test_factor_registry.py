"""A method of authentication is one entry: nothing but its description and its line in the registry names it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from idp.kernel.text import Text
from idp.login.policy.assurance import AMR_ORDER
from idp.login.policy.methods import LASTING, MOST_SECURE_FIRST, SECOND, SENT, Method
from idp.login.policy.methods.spec import Kind

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
REGISTRY = Path("idp/login/policy/methods/__init__.py")
LINE_BEFORE = "    TOTP = totp.TOTP\n"
LINE = "    HARDWARE_TOKEN = hardware_token.HARDWARE_TOKEN\n"
IMPORT = "from idp.login.policy.methods import hardware_token\n"
FEWEST = 3  # methods in one literal that make it a table
ICONS = (ROOT / "templates/_icons.html").read_text(encoding="utf-8")
URL_RULE = re.compile(r"<any\((?:[a-z]+, *)*(?:" + "|".join(Method) + r")\b")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which `hardware_token` is one module and one line more."""
    copy = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "idp", copy / "idp", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "hardware_token.py", copy / REGISTRY.parent)
    source = (copy / REGISTRY).read_text(encoding="utf-8")
    assert source.count(LINE_BEFORE) == 1
    source = source.replace(LINE_BEFORE, LINE_BEFORE + LINE)
    (copy / REGISTRY).write_text(source.replace("\n\n\nclass Method", f"\n{IMPORT}\n\nclass Method"), encoding="utf-8")
    return copy


def test_a_new_method_is_one_module_and_one_line(extended: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(extended), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, str(HERE / "hardware_token_checks.py")]
    done = subprocess.run(program, cwd=extended, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("method", Method)
def test_a_description_has_every_field_that_its_method_needs(method: Method) -> None:
    spec = method.spec
    assert method == spec.id == method.name.lower()
    assert spec.amr <= set(AMR_ORDER)
    assert spec.kind in {None, *Kind}
    assert not (spec.lasting and spec.recovery)
    if method in SECOND:
        assert isinstance(spec.title, Text)
        assert spec.page
        assert f'"{spec.symbol}":' in ICONS
    if method in LASTING:
        assert isinstance(spec.name, Text)
        assert spec.amr
        assert spec.change_notices
        assert spec.history.added
        assert spec.history.removed
    if method in SENT:
        assert spec.lasting
        assert spec.page == f"code/{method}"
        assert spec.enrolment
        assert spec.enrolment.page == f"enrol/{method}"
        assert spec.enrolment.account_hint
        assert spec.history.sent
    if spec.enrolment:
        assert spec.lasting
        assert spec.enrolment.hint
    words = (getattr(spec.history, name) for name in ("added", "replaced", "removed", "second_step", "sent"))
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in words if sentence)


def test_the_order_of_the_registry_is_that_of_security() -> None:
    assert [*MOST_SECURE_FIRST] == ["passkey", "totp", "whatsapp", "sms", "email"]


def _tables(path: Path) -> list[str]:
    """Where a literal of this file lists methods: in a tuple, a list, a set, or as the keys or values of a dict."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                groups = [parts]
            case ast.Dict(keys=keys, values=values):
                groups = [[key for key in keys if key], values]
            case ast.Constant(value=str(value)) if URL_RULE.search(value):
                found.append(f"{path}:{node.lineno}")
                continue
            case _:
                continue
        if any(sum(map(_is_member, parts)) >= FEWEST for parts in groups):
            found.append(f"{path}:{node.lineno}")
    return found


def _is_member(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text.startswith("Method.") and text.rpartition(".")[2] in Method.__members__


def test_no_other_module_lists_methods_in_a_table() -> None:
    paths = [path for path in (ROOT / "idp").rglob("*.py") if path != ROOT / REGISTRY]
    assert [table for path in paths for table in _tables(path)] == []


@pytest.mark.parametrize(
    "table",
    [
        "{Method.SMS: 1, Method.TOTP: 2, Method.EMAIL: 3}",
        "dict(zip('abc', (Method.SMS, Method.TOTP, Method.EMAIL)))",
        "{'a': Method.SMS, 'b': Method.TOTP, 'c': Method.EMAIL}",
        "'/<any(email, sms, whatsapp):channel>'",
        "f'{prefix}/<any(sms, whatsapp):channel>'",
    ],
)
def test_a_table_would_be_found(table: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"TABLE = {table}\n", encoding="utf-8")
    assert _tables(module)
