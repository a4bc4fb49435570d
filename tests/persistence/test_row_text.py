"""A process parses each client once; whatever changes in its row, the next request sees it."""

from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Boolean, Column, select, update

from idp.persistence.client_metadata import ClientMetadata, ClientMetadataJson
from idp.persistence.clients import Client, clients
from tests.support.harness import Harness

CHANGED = [column for column in clients.c if column.name != "client_id"]


def values_for(column: Column[Any]) -> list[Any]:
    """Values that differ in this column; some look alike as text."""
    kinds: dict[Any, list[Any]] = {
        Boolean: [True, False],
        BigInteger: [1, 10, 2**40],
        JSON: [["a"], ["a", ""], ["a,"], []],
        ClientMetadataJson: [ClientMetadata(software_id="a"), ClientMetadata(contacts=["a"]), ClientMetadata()],
    }
    found = kinds.get(type(column.type), ["a", "", "null", 'a","b', "a,b", "(a)", "\\", "ü"])
    return [*found, None] if column.nullable else found


def change(harness: Harness, column: Column[Any], value: Any) -> None:  # noqa: ANN401 - of any column
    """As nothing in the product does it: `updated_at` stays."""
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(clients).values({column: value}))


def stored(harness: Harness) -> Client:
    with harness.services.database.engine.connect() as connection:
        return Client(*connection.execute(select(clients)).one())


@pytest.mark.parametrize("column", CHANGED, ids=lambda column: column.name)
def test_every_change_of_a_client_counts_at_once(harness: Harness, column: Column[Any]) -> None:
    harness.client("web")
    for value in (*values_for(column), *values_for(column)):
        change(harness, column, value)
        with harness.services.database.read() as tx:
            assert tx.clients.by_id("web") == stored(harness)


def test_a_client_is_parsed_once(harness: Harness) -> None:
    harness.client("web")
    with harness.services.database.read() as tx:
        assert tx.clients.by_id("web") is tx.clients.by_id("web")
        assert tx.clients.by_id("other") is None
