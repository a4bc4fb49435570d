"""Sign-in, step-up and sign-out."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from joserfc.errors import InvalidClaimError
from werkzeug.wrappers import Response

from .assurance import FRESH_SECONDS, STRONG, describe_confirmation, is_satisfied
from .person import Person, current_person, now, provider, settings
from .sessions import renew

signin = Blueprint("signin", __name__)

GOALS = ("/", "/payout", "/balance")
"""Where a sign-in may lead. A list, because a page that sends people anywhere helps whoever writes the link."""


@signin.get("/login")
def login() -> Response:
    """Start a sign-in. GET is safe: nothing changes, and `state` binds the response to this browser."""
    return provider().start(goal=_goal("/"))


@signin.get("/confirm")
def confirm() -> Response:
    """Start a step-up: a stronger or fresher sign-in."""
    person = current_person()
    return provider().start(
        goal=_goal("/"),
        acr_values=request.args.get("acr_values", "").split() or STRONG,
        max_age=request.args.get("max_age", FRESH_SECONDS, type=int),
        hint=person.login_name if person else "",
    )


@signin.get("/callback")
def callback() -> Response:
    """Handle the authorization response; errors become pages in `problems.py`."""
    token, asked = provider().finish()
    claims = dict(token.pop("userinfo"))
    before = current_person()
    if before and asked["acr_values"] and before.claims["sub"] != claims["sub"]:
        raise InvalidClaimError("sub", "somebody else confirmed")
    # The provider was asked; only its signed answer counts.
    if not is_satisfied(claims, now(), asked["acr_values"], asked["max_age"]):
        raise InvalidClaimError("acr", f"{asked['acr_values']} was asked and {claims.get('acr')} was reached")
    session["person"] = Person(claims, provider().read_userinfo(token, claims), token)
    renew(session)
    if asked["acr_values"] and "auth_time" in claims:
        flash(describe_confirmation(claims["auth_time"], asked["started_at"], now()))
    return redirect(asked["goal"])


@signin.post("/logout")
def logout() -> Response:
    """Sign out here first, then at the provider (OpenID Connect RP-Initiated Logout 1.0)."""
    person = current_person()
    session.clear()
    renew(session)
    if person is None:
        return redirect(url_for("pages.home"))
    if "refresh_token" in person.token:
        provider().revoke(person.token["refresh_token"])
    if not provider().load_server_metadata().get("end_session_endpoint"):
        return redirect(url_for("signin.signed_out"), 303)
    # The hint names the session to end, so the provider need not ask; `state` comes back to /signed-out.
    return provider().logout_redirect(
        post_logout_redirect_uri=settings().post_logout_redirect_uri, id_token_hint=person.token["id_token"]
    )


@signin.get("/signed-out")
def signed_out() -> str:
    """Landing page after sign-out. Anybody may link here, so it changes nothing."""
    return render_template("signed_out.html", is_answer=_is_own_logout())


def _is_own_logout() -> bool:
    """Whether this browser asked for the logout that brought it here."""
    client, state = provider(), request.args.get("state", "")
    is_known = client.framework.get_state_data(session, state) is not None
    client.framework.clear_state_data(session, state)
    return is_known


def _goal(usual: str) -> str:
    wanted = request.args.get("next", usual)
    return wanted if wanted in GOALS else usual
