"""`idp clients --set`: every optional member of a registration, and what contradicts a security profile."""

import json
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp.admin.client_members import MEMBERS
from idp.persistence.client_metadata import NAMES
from tests.support.command import Command
from tests.support.harness import Harness

KEY = JWK.generate(kty="EC", crv="P-256", kid="enc")
WEB = ("--name", "Web", "--redirect-uri", "https://app.example.test/callback")
CHOSEN: dict[str, tuple[str, Any]] = {
    "subject_type": ("pairwise", "pairwise"),
    "require_signed_request_object": ("true", True),
    "contacts": ("ops@example.test dev@example.test", ["ops@example.test", "dev@example.test"]),
    "request_uris": ("https://app.example.test/r#hash", ["https://app.example.test/r#hash"]),
    "default_acr_values": ("phr mfa", ["phr", "mfa"]),
}


@pytest.fixture
def command(harness: Harness) -> Command:
    made = Command.of(harness.settings)
    made.done("clients", "add", "web", *WEB)
    return made


def sample(name: str) -> str:
    """A value that the member may have."""
    member = MEMBERS[name]
    if name in CHOSEN:
        return CHOSEN[name][0]
    if member.values:
        return member.values[-1] if name != "security_profile" else "strict"
    return {"flag": "true", "address": "https://app.example.test/x"}.get(member.kind, "text")


def test_the_registry_describes_every_member() -> None:
    assert set(MEMBERS) == set(NAMES)
    assert all(member.title for member in MEMBERS.values())


def test_every_member_can_be_set_and_emptied(command: Command, tmp_path: Path) -> None:
    encrypted = [name for name in MEMBERS if "_encrypted_response_" in name]
    names = [name for name in MEMBERS if not name.startswith("tls_client_auth_") and name not in encrypted]
    assignments = [part for name in names for part in ("--set", f"{name}={sample(name)}")]
    command.done("clients", "set", "web", "--strict-auth-method", *assignments)
    shown = command.read("clients", "show", "web")
    assert set(names) <= set(shown)
    assert {name: shown[name] for name in CHOSEN} == {name: value for name, (_, value) in CHOSEN.items()}
    command.done("clients", "set", "web", *[part for name in names for part in ("--unset", name)])
    assert set(command.read("clients", "show", "web")).isdisjoint(names)
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [KEY.export_public(as_dict=True)]}))
    assignments = [part for name in encrypted for part in ("--set", f"{name}={sample(name)}")]
    command.done("clients", "set", "web", "--jwks-file", str(tmp_path / "keys.json"), *assignments)
    assert set(encrypted) <= set(command.read("clients", "show", "web"))


def test_the_members_are_explained(command: Command) -> None:
    told = command.done("clients", "members")
    assert all(name in told for name in MEMBERS)
    assert "FAPI 2.0" in told
    assert len(command.read("clients", "members")) == len(MEMBERS)


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (("--profile", "strict", "--pkce", "optional"), "does not allow to leave PKCE out"),
        (("--profile", "fapi2", "--id-token-alg", "ES256"), "authenticate with one of private_key_jwt"),
        (("--profile", "fapi2"), "sign with PS256"),
        (("--set", "colour=red"), "idp clients members"),
        (("--set", "dpop_bound_access_tokens=yes"), "true or false"),
        (("--set", "initiate_login_uri=http://localhost/start"), "must be https"),
        (("--set", "userinfo_signed_response_alg=none"), "must be one of"),
        (("--set", "id_token_encrypted_response_enc=A256GCM"), "needs id_token_encrypted_response_alg"),
        (("--set", "tls_client_auth_san_dns=a", "--set", "tls_client_auth_san_ip=::1"), "is for tls_client_auth"),
        (
            ("--set", "subject_type=pairwise", "--add-redirect-uri", "https://other.example.test/cb"),
            "several hosts",
        ),
    ],
)
def test_contradictions_are_refused_with_the_remedy(command: Command, options: tuple[str, ...], remedy: str) -> None:
    assert remedy in command.refused("clients", "set", "web", *options)
