"""Response types (OAuth 2.0 Multiple Response Type Encoding Practices, OIDC Core section 3). Pure.

`code` is the authorization code flow. The others send tokens through the browser: `id_token` and `id_token token` are
the implicit flow, those with `code` among them the hybrid flow. An installation has them only when its setting
`response_types` names them, and a client only when it is registered for them.
"""

from __future__ import annotations

from idp.kernel.grant_types import AUTHORIZATION_CODE, IMPLICIT

CODE, ID_TOKEN, TOKEN = "code", "id_token", "token"
ORDER = (CODE, ID_TOKEN, TOKEN)


def canonical_name(response_type: str) -> str:
    """Return a response type with its words in the order of the specifications; unknown ones as they are.

    The order of the words has no meaning (RFC 6749 section 3.1.1).
    """
    words = response_type.split(" ")
    if len(set(words)) != len(words) or not set(words) <= set(ORDER):
        return response_type
    return " ".join(word for word in ORDER if word in words)


def has_tokens(response_type: str) -> bool:
    """Whether the response holds tokens: those must not be in a query, which servers log."""
    return not {ID_TOKEN, TOKEN}.isdisjoint(response_type.split(" "))


def required_grants(response_type: str) -> set[str]:
    """Return the grant types that a client needs for it (OIDC Registration 1.0 section 2)."""
    code = {AUTHORIZATION_CODE} if CODE in response_type.split(" ") else set()
    return code | ({IMPLICIT} if has_tokens(response_type) else set())
