"""Members of JSON objects, changed in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BindParameter, Column, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class MemberText(FunctionElement[str]):
    """One member of a JSON object as text; NULL when it has none. The key has only letters, digits and `_`."""

    type = String()
    name = "member_text"
    inherit_cache = True

    def __init__(self, column: Column[Any], key: BindParameter[Any]) -> None:
        super().__init__(column, key)


class WithoutKey(FunctionElement[Any]):
    """A JSON object without one of its members; the key has only letters, digits and `_`."""

    type = JSON()
    name = "without_key"
    inherit_cache = True

    def __init__(self, column: Column[Any], key: BindParameter[Any]) -> None:
        super().__init__(column, key)


@compiles(MemberText, "postgresql")
def _member_in_postgresql(element: MemberText, compiler: SQLCompiler, **options: Any) -> str:
    return "({} ->> {}::text)".format(*_clauses(element, compiler, options))


@compiles(MemberText)
def _member_elsewhere(element: MemberText, compiler: SQLCompiler, **options: Any) -> str:
    return "json_extract({}, '$.' || {})".format(*_clauses(element, compiler, options))


@compiles(WithoutKey, "postgresql")
def _without_in_postgresql(element: WithoutKey, compiler: SQLCompiler, **options: Any) -> str:
    return "({}::jsonb - {}::text)::json".format(*_clauses(element, compiler, options))


@compiles(WithoutKey)
def _without_elsewhere(element: WithoutKey, compiler: SQLCompiler, **options: Any) -> str:
    return "json_remove({}, '$.' || {})".format(*_clauses(element, compiler, options))


def _clauses(element: FunctionElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    return [compiler.process(clause, **options) for clause in element.clauses]
