"""A whole row as one text, by which a process recognises a row that it has parsed before.

A text is one column to send and to read, where a row of clients is nearly thirty, some of them JSON. It has all of the
row's content, so what is remembered by it cannot be outdated.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class RowText(FunctionElement[str]):
    """The columns of one row as one text; two rows have the same text only if all their values are the same."""

    type = Text()
    name = "row_text"
    inherit_cache = True

    def __init__(self, table: Table) -> None:
        super().__init__(*table.c)
        self.table = table


@compiles(RowText, "postgresql")
def _in_postgresql(element: RowText, compiler: SQLCompiler, **_options: Any) -> str:
    return f"{compiler.preparer.format_table(element.table)}::text"


@compiles(RowText)
def _elsewhere(element: RowText, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array({compiler.process(element.clauses, **options)})"
