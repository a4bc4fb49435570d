"""`idp apis`: what it registers, refuses and prints."""

import json

from tests.support.command import Command
from tests.support.harness import ISSUER, Harness

ORDERS = "https://orders.example.test/v1"
ADD = ("apis", "add", ORDERS, "--name", "Orders", "--scope", "orders:read=Read your orders")


def test_an_api_is_registered_changed_and_removed(harness: Harness) -> None:
    command = Command.of(harness.settings)
    assert len(command.done(*ADD).strip().splitlines()[-1]) >= 43
    harness.client("back-end")
    command.done(
        "apis", "set", ORDERS, "--access-token-lifetime", "60", "--exchange-client", "back-end",
        "--scope", "orders=Everything about your orders",
    )  # fmt: skip
    assert json.loads(command.done("apis", "list", "--json")) == [
        {
            "identifier": ORDERS,
            "name": "Orders",
            "scopes": {"orders": "Everything about your orders"},
            "exchange_clients": ["back-end"],
            "access_token_lifetime": 60,
        }
    ]
    command.done("clients", "add", "shop", "--name", "Shop", "--redirect-uri", "https://a.test/b", "--scope", "orders")
    metadata = command.run("apis", "metadata", ORDERS)
    assert "https://orders.example.test/.well-known/oauth-protected-resource/v1" in metadata.stderr
    assert json.loads(metadata.stdout)["authorization_servers"] == [ISSUER]
    assert command.done("apis", "secret", ORDERS).strip()
    command.done("apis", "remove", ORDERS, "--yes")
    assert json.loads(command.done("apis", "list", "--json")) == []


def test_what_cannot_be_an_api_is_refused_with_every_reason(harness: Harness) -> None:
    command = Command.of(harness.settings)
    command.done(*ADD)
    refused = command.run(
        "apis", "add", "orders#1", "--name", " ", "--access-token-lifetime", "1", "--exchange-client", "nobody",
        "--scope", "email=Mail",
    )  # fmt: skip
    assert refused.exit_code == 1
    for word in ("absolute URI", "visible characters", "seconds", "nobody", "about people"):
        assert word in refused.stderr
    for scope, word in (("orders:read=Again", "already"), ("a b=Spaces", "cannot be"), ("orders:new", "title")):
        assert word in command.run("apis", "add", "https://b.test", "--scope", scope).stderr
    issuer = harness.settings.issuer
    assert "this server itself" in command.run("apis", "add", issuer, "--name", "We", "--scope", "we:all=All").stderr
    assert "There is no API" in command.run("apis", "set", "https://c.test", "--name", "C").stderr
