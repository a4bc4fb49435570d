"""What a registration may ask of responses and sign-outs; conformance section 2.7, FAPI 2.0 section 5.4.1."""

from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp.admin import client_rules
from idp.admin.client_rules import Registration
from idp.kernel.grant_types import DEVICE_CODE
from idp.persistence.client_metadata import ClientMetadata

EC = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
BOTH = ("authorization_code", "implicit")
FAPI = {"security_profile": "fapi2", "dpop_bound_access_tokens": True}
WITH_KEY = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [EC]}}
DEVICE = {"grant_types": (DEVICE_CODE,), "response_types": ()}
GOOD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"response_types": ("id_token", "id_token token"), "grant_types": ("implicit",)}, {}),
    ({"response_types": ("code", "code id_token"), "grant_types": BOTH}, {}),
    ({"jwks": {"keys": [EC]}}, {"id_token_encrypted_response_alg": "ECDH-ES"}),
    ({}, {"userinfo_signed_response_alg": "PS256", "authorization_signed_response_alg": "EdDSA"}),
    ({"id_token_signed_response_alg": "PS256", **WITH_KEY}, FAPI),
    ({}, {"frontchannel_logout_uri": "https://app.example.test/leave?by=id"}),
]
BAD: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"response_types": ("none",)}, {}, "response_types"),
    ({"response_types": ("id_token",)}, {}, "response_types"),
    ({"response_types": ("code id_token",), "grant_types": ("implicit",)}, {}, "response_types"),
    ({"grant_types": BOTH}, {}, "grant_types"),
    ({"response_types": ("id_token",), "grant_types": ("implicit",), "redirect_uris": ()}, {}, "redirect_uris"),
    ({"response_types": ("code id_token",), "grant_types": BOTH}, {"security_profile": "strict"}, "response_types"),
    ({"response_types": ("code token",), "grant_types": BOTH}, {"dpop_bound_access_tokens": True}, "response_types"),
    ({"id_token_signed_response_alg": "RS256", **WITH_KEY}, FAPI, "id_token_signed_response_alg"),
    (
        {"id_token_signed_response_alg": "ES256", **WITH_KEY},
        {"userinfo_signed_response_alg": "RS256", **FAPI},
        "userinfo_signed_response_alg",
    ),
    ({}, {"userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
    ({}, {"authorization_signed_response_alg": "HS256"}, "authorization_signed_response_alg"),
    ({}, {"id_token_encrypted_response_alg": "RSA1_5"}, "id_token_encrypted_response_alg"),
    ({}, {"id_token_encrypted_response_alg": "ECDH-ES"}, "id_token_encrypted_response_alg"),
    ({}, {"userinfo_encrypted_response_alg": "RSA-OAEP-256", "jwks_uri": "https://app.example.test/jwks"},
     "userinfo_encrypted_response_alg"),
    ({"jwks": {"keys": [EC | {"use": "sig"}]}}, {"userinfo_encrypted_response_alg": "ECDH-ES"},
     "userinfo_encrypted_response_alg"),
    ({}, {"authorization_encrypted_response_enc": "A256GCM"}, "authorization_encrypted_response_enc"),
    ({}, {"frontchannel_logout_uri": "https://app.example.test:8443/leave"}, "frontchannel_logout_uri"),
    ({}, {"frontchannel_logout_uri": "https://evil.test/leave"}, "frontchannel_logout_uri"),
    ({"redirect_uris": ("https://x;sandbox/cb",)}, {}, "redirect_uris"),
    (DEVICE | WITH_KEY | {"id_token_signed_response_alg": "PS256"}, FAPI, "grant_types"),
    (DEVICE, {"require_pushed_authorization_requests": True}, "grant_types"),
    (DEVICE | WITH_KEY, {"require_signed_request_object": True}, "grant_types"),
    ({}, {"frontchannel_logout_session_required": True}, "frontchannel_logout_session_required"),
]  # fmt: skip


def faults(fields: dict[str, Any], metadata: dict[str, Any]) -> set[str]:
    values = {"redirect_uris": ("https://app.example.test/cb",), "grant_types": ("authorization_code",)} | fields
    wanted = Registration(client_id="web", client_name="Web", **values, metadata=ClientMetadata(**metadata))
    return {problem.field for problem in client_rules.problems(wanted, attesting=False)}


@pytest.mark.parametrize(("fields", "metadata"), GOOD)
def test_good_registrations(fields: dict[str, Any], metadata: dict[str, Any]) -> None:
    assert faults(fields, metadata) == set()


@pytest.mark.parametrize(("fields", "metadata", "field"), BAD)
def test_bad_registrations_name_the_field(fields: dict[str, Any], metadata: dict[str, Any], field: str) -> None:
    assert faults(fields, metadata) == {field}
