"""Keys and requests of a registration, by value or by address."""

from typing import Any

from jwcrypto.jwk import JWK

from idp.admin.client_rules import Registration, problems
from idp.kernel.client_auth_methods import PRIVATE_KEY_JWT
from idp.persistence.client_metadata import ClientMetadata

KEYS: dict[str, Any] = {"keys": [JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)]}
ADDRESS = "https://app.example.test/keys"


def faults(*, jwks: dict[str, Any] | None = None, method: str = PRIVATE_KEY_JWT, **metadata: Any) -> list[str]:
    wanted = Registration(
        client_id="web",
        client_name="Web",
        redirect_uris=["https://app.example.test/callback"],
        token_endpoint_auth_method=method,
        jwks=jwks,
        metadata=ClientMetadata(**metadata),
    )
    return [problem.field for problem in problems(wanted, attesting=False)]


def test_keys_are_given_by_value_or_by_address() -> None:
    """RFC 7591 section 2: not both."""
    assert faults(jwks=KEYS) == faults(jwks_uri=ADDRESS) == []
    assert faults() == ["jwks"]
    assert faults(jwks=KEYS, jwks_uri=ADDRESS) == ["jwks_uri"]
    assert faults(jwks=KEYS, method="none") == faults(jwks_uri=ADDRESS, method="client_secret_basic") == []


def test_addresses_can_be_fetched() -> None:
    for address in (
        "http://app.example.test/keys",
        "ftp://app.example.test/",
        "keys",
        f"{ADDRESS}#x",
        "https://u@x.test/",
    ):
        assert faults(jwks_uri=address) == ["jwks_uri"], address
    assert faults(jwks=KEYS, request_uris=[ADDRESS, f"{ADDRESS}#version"]) == []
    assert faults(jwks=KEYS, request_uris=["http://app.example.test/request"]) == ["request_uris"]
    assert faults(jwks=KEYS, request_uris=[ADDRESS] * 101) == ["request_uris"]
