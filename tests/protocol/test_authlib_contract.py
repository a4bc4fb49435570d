"""What we rely on inside Authlib 1.9 (docs/decisions/0003): a new version must be tried against this first.

Its grants are templates: we fill the hooks, it calls them in an order. Single use holds only while the hook that spends
comes before the one that signs.
"""

from typing import Any

import pytest
from authlib.oauth2 import OAuth2Error

from idp.protocol.client_requests.request import BackChannelRequest
from idp.protocol.errors import oauth_error
from idp.protocol.grants import GRANTS
from idp.protocol.grants.authorization_code import AuthorizationCode
from idp.protocol.grants.client_credentials import ClientCredentials
from idp.protocol.grants.refresh_token import RefreshTokens
from tests.support.back_channel import BackChannelClient
from tests.support.harness import Harness, Someone


def recorded(monkeypatch: pytest.MonkeyPatch, grant: type, *hooks: str) -> list[str]:
    """The order in which the hooks of a grant are called, by their real implementations."""
    calls: list[str] = []

    def spy(name: str) -> None:
        real = getattr(grant, name)

        def called(self: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - whatever Authlib passes
            calls.append(name)
            return real(self, *args, **kwargs)

        monkeypatch.setattr(grant, name, called)

    for hook in hooks:
        spy(hook)
    return calls


def test_a_code_is_spent_before_anything_is_signed(
    monkeypatch: pytest.MonkeyPatch, rp: BackChannelClient, jane: Someone
) -> None:
    hooks = ("authenticate_token_endpoint_client", "query_authorization_code", "authenticate_user", "generate_token")
    calls = recorded(monkeypatch, AuthorizationCode, *hooks)
    rp.tokens(jane)
    assert calls == list(hooks)


def test_a_refresh_token_is_spent_before_anything_is_signed(
    monkeypatch: pytest.MonkeyPatch, rp: BackChannelClient, jane: Someone
) -> None:
    hooks = ("authenticate_token_endpoint_client", "authenticate_refresh_token", "authenticate_user", "issue_token")
    token = rp.tokens(jane)["refresh_token"]
    calls = recorded(monkeypatch, RefreshTokens, *hooks)
    assert rp.refresh(token).status_code == 200
    assert calls == list(hooks)


def test_an_apps_scope_is_checked_before_anything_is_signed(
    monkeypatch: pytest.MonkeyPatch, rp: BackChannelClient
) -> None:
    hooks = ("authenticate_token_endpoint_client", "validate_requested_scope", "generate_token")
    calls = recorded(monkeypatch, ClientCredentials, *hooks)
    assert rp.client_credentials().status_code == 200
    assert calls == list(hooks)


def test_no_grant_of_ours_answers_the_authorization_endpoint() -> None:
    """Authlib registers a class for every endpoint it has a method for."""
    assert AuthorizationCode in GRANTS
    assert not AuthorizationCode.RESPONSE_TYPES
    assert not any(hasattr(grant, "RESPONSE_TYPES") for grant in GRANTS if grant is not AuthorizationCode)


def test_a_call_without_client_is_never_answered(harness: Harness) -> None:
    with harness.app.test_request_context(), harness.services.database.read() as tx:
        call = BackChannelRequest(tx, "/token", {"grant_type": "client_credentials"})
        with pytest.raises(OAuth2Error) as refusal:
            _ = call.authenticated_client
        assert oauth_error(refusal.value).status_code == 401
