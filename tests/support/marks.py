"""Marks of tests, read from the source: which test carries which id. Nothing is run or imported for it."""

import ast
import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]


@functools.cache
def marked(mark: str) -> Mapping[str, list[str]]:
    """Id -> the tests with `@pytest.mark.<mark>(id, ...)`, as `path::name`; `*NAME` stands for the keys of a dict."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if f"pytest.mark.{mark}(" not in source:
            continue
        tree = ast.parse(source)
        for test in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
            for each in _ids(test, mark, tree):
                found[each].append(f"{path.relative_to(ROOT)}::{test.name}")
    return dict(found)


def _ids(test: ast.FunctionDef, mark: str, tree: ast.Module) -> Iterator[str]:
    """Yield the ids of one test; those of single cases (`pytest.param(..., marks=...)`) too."""
    for decorator in test.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"pytest.mark.{mark}":
                for argument in node.args:
                    yield from _values(argument, tree)


def _values(argument: ast.expr, tree: ast.Module) -> Iterator[str]:
    if not isinstance(argument, ast.Starred):
        yield str(ast.literal_eval(argument))
        return
    wanted = ast.unparse(argument.value)
    for node in tree.body:
        match node:
            case ast.ImportFrom(module=str(module), names=names) if wanted in [each.name for each in names]:
                source = (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
                yield from _values(argument, ast.parse(source))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys)) if name == wanted:
                yield from (str(ast.literal_eval(key)) for key in keys if key)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys)) if name == wanted:
                yield from (str(ast.literal_eval(key)) for key in keys if key)
