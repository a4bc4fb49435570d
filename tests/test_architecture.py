"""The rules of docs/map.md that a machine can check, so that the map stays true."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 300  # lines
LONGEST_FUNCTION = 40
SOURCES = sorted(path for part in ("idp", "clients") for path in (ROOT / part).rglob("*.py"))
OURS = [path for path in SOURCES if path.is_relative_to(ROOT / "idp")]

ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb"}
CLOCKS = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
}  # fmt: skip
HELPERS = {
    "support": {"support"},
    "conformance": {"support", "conformance"},
    "hostile": {"support", "hostile"},
    "bench": {"support", "hostile", "bench"},
}
"""Folder of tests/ that is no test itself -> what it may import of tests/."""
RANDOMNESS = {"secrets", "random", "os.urandom", "os.getrandom", "uuid.uuid1", "uuid.uuid4", "ssl.RAND_bytes"}


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each imported thing: what the module calls it, and its dotted name where it comes from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def names_used(source: str) -> Iterator[str]:
    """Every dotted name a module imports or reaches through an import, as it is called where it comes from."""
    tree = ast.parse(source)
    imported = dict(imports_of(tree))
    yield from imported.values()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            head, _, rest = ast.unparse(node).partition(".")
            if head in imported:
                yield f"{imported[head]}.{rest}"


def users_of(forbidden: set[str], *, allowed: str) -> list[str]:
    """The modules outside `allowed` that use one of the names, or anything below it."""
    return [
        f"{path.relative_to(ROOT)} uses {name}"
        for path in OURS
        if not path.is_relative_to(ROOT / "idp" / allowed)
        for name in names_used(path.read_text(encoding="utf-8"))
        if any(name == one or name.startswith(f"{one}.") for one in forbidden)
    ]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import os\nos.environ['A']", "os.environ"),
        ("import os as o\no.getenv('A')", "os.getenv"),
        ("from os import environ as e", "os.environ"),
        ("from datetime import datetime\ndatetime.now()", "datetime.datetime.now"),
        ("import datetime as dt\ndt.datetime.now()", "datetime.datetime.now"),
        ("from secrets import token_hex", "secrets.token_hex"),
        ("import os.path\nos.getenv('A')", "os.getenv"),
        ("import idp.login.service", "idp"),
    ],
)
def test_a_name_is_recognised_however_it_was_imported(source: str, name: str) -> None:
    assert name in set(names_used(source))


def test_imports_go_down_only_and_each_library_has_one_home() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_tests_share_lies_below_them() -> None:
    """A test module can change without a look at the others."""
    assert [
        f"{path.relative_to(ROOT)} uses {name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in names_used(path.read_text(encoding="utf-8"))
        if name.startswith("tests.") and ".test_" in name
    ] == []
    assert [
        f"{path.relative_to(ROOT)} uses {name}"
        for folder, allowed in HELPERS.items()
        for path in (ROOT / "tests" / folder).rglob("*.py")
        for name in names_used(path.read_text(encoding="utf-8"))
        if name.startswith("tests.") and name.split(".")[1] not in allowed
    ] == []


def test_only_config_reads_the_environment() -> None:
    assert users_of(ENVIRONMENT, allowed="config") == []


def test_only_the_kernel_reads_the_clock() -> None:
    assert users_of(CLOCKS, allowed="kernel") == []


def test_only_the_kernel_draws_random_values() -> None:
    assert users_of(RANDOMNESS, allowed="kernel/entropy.py") == []


def test_sample_apps_know_countersign_only_over_the_wire() -> None:
    clients = [path for path in SOURCES if path.is_relative_to(ROOT / "clients")]
    used = {(path, name) for path in clients for name in names_used(path.read_text(encoding="utf-8"))}
    assert [str(path) for path, name in used if name.partition(".")[0] == "idp"] == []


def test_no_source_file_is_too_long_to_have_one_job() -> None:
    migrations = ROOT / "idp/persistence/migrations/versions"  # a list of tables is as long as it is
    checked = [path for path in SOURCES if not path.is_relative_to(migrations)]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in checked}
    assert [str(path.relative_to(ROOT)) for path, lines in lengths.items() if lines > LONGEST_FILE] == []


def test_no_function_is_longer_than_forty_lines() -> None:
    migrations = ROOT / "idp/persistence/migrations/versions"  # a list of tables is as long as it is
    checked = [path for path in SOURCES if not path.is_relative_to(migrations)]
    assert [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in checked
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="an exported tree has nothing to commit to")
def test_no_key_file_can_be_committed() -> None:
    def git(*arguments: str) -> list[str]:
        # Continuous integration often runs as another account than the one that checked out.
        command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()

    tried = ["keys/signing.json", "keys/sealing.key", "keys/deep/er.pem"]
    assert git("check-ignore", *tried) == tried
    assert git("ls-files", "keys") == ["keys/README.md"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_file_names_packages_and_hashes_but_no_place(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    unhashed = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if "--hash=sha256:" not in entry]
    assert unhashed == []


def test_development_lock_agrees_with_the_runtime_lock() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_development_lock_names_every_extra_that_an_installed_package_asks_for() -> None:
    """Without its extra an entry is not what was asked for; pip then looks for another version, which has no hash."""
    asked = {
        f"{canonicalize_name(requirement.name)}[{canonicalize_name(extra)}]"
        for package in importlib.metadata.distributions()
        for requirement in map(Requirement, package.requires or ())
        if requirement.extras and (not requirement.marker or requirement.marker.evaluate({"extra": ""}))
        for extra in requirement.extras
    }
    text = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^(\S+)\[(\S+)\]==", text, re.MULTILINE)
    assert asked
    assert asked <= {f"{name}[{extra}]" for name, extras in entries for extra in extras.split(",")}
