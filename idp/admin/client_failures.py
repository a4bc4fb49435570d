"""The last failures of an app in plain words, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from idp.audit import Event
from idp.kernel.text import Text
from idp.persistence.audit_events import AuditEvent
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction

SHOWN = 10
EVENTS = (
    Event.AUTHORIZATION_REFUSED,
    Event.TOKEN_REFUSED,
    Event.CODE_REPLAYED,
    Event.REFRESH_REPLAYED,
    Event.CLIENT_REFUSED,
    Event.LOGOUT_TARGET_REFUSED,
    Event.LOGOUT_ABANDONED,
    Event.PING_ABANDONED,
)
NOTHING = Text("Nothing has to be done.")
START_AGAIN = Text("If it happens often, look at the app's log: it should sign the person in again.")


@dataclass(frozen=True)
class Failure:
    """One failure: what happened, what to do, and the address that was sent beside those registered."""

    at: int
    what: Text
    remedy: Text
    reason: str
    sent: str = ""
    registered: Sequence[str] = ()
    number: int = 1


@dataclass(frozen=True)
class Wording:
    """What a recorded reason means; `part` of the reason is enough to recognise it."""

    part: str
    what: Text
    remedy: Text


DISABLED = Wording(
    "unknown or disabled", Text("The app was used while it is disabled."), Text("Enable it, or take it out of use.")
)
CLIENT_WORDINGS = (
    DISABLED,
    Wording(
        "wrong secret",
        Text("The app came with a wrong secret."),
        Text("Put the right secret into the app. If it is lost, make a new one."),
    ),
    Wording(
        ", registered for",
        Text("The app proved who it is in another way than it is registered for."),
        Text("Choose the same way in the app and under Technical settings."),
    ),
    Wording(
        "certificate",
        Text("The app could not prove who it is with its certificate."),
        Text("Compare its certificate with the registered one. It may have expired."),
    ),
)
"""Of clients that could not prove who they are."""
WORDINGS = (
    Wording(
        "redirect_uri is not registered",
        Text("The app wanted people to come back to an address that is not registered."),
        Text("If the address is the app's own, add it under Addresses. Otherwise correct it in the app."),
    ),
    Wording(
        "redirect_uri",
        Text("The app did not say properly where people come back to."),
        Text("Set the redirect URI in the app to one of those registered."),
    ),
    DISABLED,
    Wording(
        "code_challenge is missing",
        Text("The app did not use PKCE, which is demanded of it."),
        Text("Turn PKCE on in the app. If it cannot do it, turn the demand off under Technical settings."),
    ),
    Wording(
        "invalid_scope",
        Text("The app asked for nothing that it may have."),
        Text("Compare the scopes in the app with those under Technical settings."),
    ),
    Wording(
        "not registered for response_type code",
        Text("The app wants people to sign in, and is registered as a service."),
        Text("Add the grant type authorization_code under Technical settings."),
    ),
    Wording(
        "response_type",
        Text("The app asked for a way of signing in that is not supported."),
        Text("Set the app to the authorization code flow (response_type code)."),
    ),
    Wording(
        "invalid_request_object",
        Text("The app signed its request in a way that could not be verified."),
        Text("Compare the keys of the app with those under Technical settings."),
    ),
    Wording(
        "invalid_request_uri",
        Text("The app, or a browser, came with a request that is not known, too old or used."),
        Text("Nothing has to be done if a link was opened twice. Otherwise look at the app."),
    ),
    Wording(
        "must push its requests",
        Text("The app sent its request by the browser, and must push it."),
        Text("Set the app to pushed authorization requests (RFC 9126)."),
    ),
    Wording(
        "as signed request objects",
        Text("The app did not sign its request, and must."),
        Text("Set the app to signed request objects (RFC 9101)."),
    ),
    Wording(
        "_not_supported",
        Text("The app used a feature that is not supported."),
        Text("Turn unsigned request objects and dynamic registration off in the app."),
    ),
    Wording(
        "may not use this client",
        Text("Somebody who may not use the app tried to sign in to it."),
        Text("If they should use it, add them under Who may use it."),
    ),
    Wording("cancelled the sign-in", Text("A person cancelled a sign-in to the app."), NOTHING),
    Wording("access_denied", Text("A person did not let the app see their details."), NOTHING),
    Wording(
        "unmet_authentication_requirements",
        Text("The app asked for a level of sign-in that cannot be reached here."),
        Text("Lower the minimum level under Signing in, or what the app asks for (acr_values)."),
    ),
    Wording(
        "_required:",
        Text("The app asked without showing a page, and a page was needed."),
        Text("Nothing has to be done: the app asks again with a page."),
    ),
    Wording(
        "no longer registered for any scope",
        Text("The app is registered for nothing any more that the person had allowed."),
        Text("Compare the scopes in the app with those under Technical settings."),
    ),
    Wording(
        "not registered for the grant type",
        Text("The app asked for tokens in a way that it is not registered for."),
        Text("Add the grant type under Technical settings."),
    ),
    Wording(
        "code_verifier",
        Text("The app began with PKCE and ended without it, or with another value."),
        Text("Look at the app: it must keep the code verifier from the start of the sign-in to its end."),
    ),
    Wording(
        "used a second time",
        Text("The app used a code or token a second time. For safety, its access was ended."),
        Text("Look at the app: it may send a form twice, or somebody may have stolen a token."),
    ),
    Wording("expired", Text("The app took too long to finish a sign-in."), START_AGAIN),
    Wording("past its end", Text("The time without a new sign-in was over."), NOTHING),
    Wording("revoked", Text("The app came with something that had been ended."), NOTHING),
    Wording("account is not active", Text("The person's account is disabled or closed."), NOTHING),
    Wording(
        "another client's",
        Text("The app came with something that another app had been given."),
        Text("Look at the app: does it mix up two registrations?"),
    ),
    Wording("no such", Text("The app came with a code or token that we do not know."), START_AGAIN),
    Wording(
        "post_logout_redirect_uri",
        Text("The app wanted people to go to an address after signing out that is not registered."),
        Text("If the address is the app's own, add it under Addresses, to the letter."),
    ),
)
"""Of all other failures; the first one whose part is in the reason counts."""
OTHER = Wording(
    "",
    Text("The app sent something that could not be accepted."),
    Text("The reason below names it. Compare it with the settings of the app."),
)
BY_EVENT = {
    Event.CLIENT_REFUSED: Wording(
        "",
        Text("The app could not prove who it is with its key."),
        Text("Compare its public keys with those under Technical settings, and its clock with the right time."),
    ),
    Event.LOGOUT_ABANDONED: Wording(
        "",
        Text("The app could not be told that somebody signed out."),
        Text("Look whether the app answers at its address for back-channel logout."),
    ),
    Event.PING_ABANDONED: Wording(
        "",
        Text("The app could not be told that a person had answered its request."),
        Text("Look whether the app answers at its address for pings (CIBA)."),
    ),
}


def last_failures(tx: Transaction, client: Client) -> list[Failure]:
    """Return the newest failures of an app, the newest first."""
    return [_explain(event, client) for event in tx.audit.failures_of_client(client.client_id, EVENTS, limit=SHOWN)]


def _explain(event: AuditEvent, client: Client) -> Failure:
    reason = str(event.detail.get("reason", ""))
    wordings = CLIENT_WORDINGS if event.event == Event.CLIENT_REFUSED else WORDINGS
    wording = next((each for each in wordings if each.part in reason), BY_EVENT.get(Event(event.event), OTHER))
    sent, registered = _addresses(event, client)
    number = event.detail.get("number_in_this_hour", 1)
    return Failure(event.at, wording.what, wording.remedy, reason, sent, registered, int(number))


def _addresses(event: AuditEvent, client: Client) -> tuple[str, Sequence[str]]:
    """Return the address that was sent, and those it was compared with; nothing for other failures."""
    if event.event == Event.LOGOUT_TARGET_REFUSED:
        return str(event.detail.get("post_logout_redirect_uri", "")), client.post_logout_redirect_uris
    if event.detail.get("reason") == "redirect_uri is not registered":
        return str(event.detail.get("redirect_uri", "")), client.redirect_uris
    return "", ()
