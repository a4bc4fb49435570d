"""Pages for signed-in people. Every change is a POST."""

from http import HTTPStatus
from threading import Lock

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.wrappers import Response

from .assurance import FRESH_SECONDS, STRONG, distance, is_satisfied, meaning, moment, proofs
from .person import current_person, now, provider, settings

pages = Blueprint("pages", __name__)

_refreshing = Lock()
"""A refresh token works once. Two at a time would look like theft to the provider, which then ends the sign-in."""


@pages.app_context_processor
def words() -> dict[str, object]:
    """Return functions for templates."""
    return {"person": current_person(), "meaning": meaning, "moment": moment, "distance": distance, "now": now}


@pages.get("/")
def home() -> str:
    person = current_person()
    if person is None:
        return render_template("welcome.html", issuer=settings().issuer)
    return render_template("home.html", proofs=proofs(person.claims))


@pages.route("/payout", methods=["GET", "POST"])
def payout() -> Response | str | tuple[str, int]:
    """Require a strong and recent sign-in on every request, including the form's POST."""
    person = current_person()
    if person is None:
        return redirect(url_for("signin.login", next="/payout"))
    if not is_satisfied(person.claims, now()):
        return _ask_to_confirm("/payout", " ".join(STRONG), FRESH_SECONDS)
    return render_template("payout.html", is_paid=request.method == "POST")


@pages.get("/balance")
def balance() -> Response | str | tuple[str, int]:
    """Call an API with the access token, and step up when it requires that (RFC 9470)."""
    person = current_person()
    if person is None:
        return redirect(url_for("signin.login", next="/balance"))
    answer = requests.get(
        settings().api_url, headers={"Authorization": "Bearer " + person.token["access_token"]}, timeout=10
    )
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        challenge = WWWAuthenticate.from_header(answer.headers.get("WWW-Authenticate"))
        if challenge and challenge.get("error") == "insufficient_user_authentication":
            return _ask_to_confirm("/balance", challenge.get("acr_values") or "", challenge.get("max_age"))
        raise OAuthError("invalid_token", "the API refused the access token")
    answer.raise_for_status()
    return render_template("balance.html", account=answer.json())


@pages.post("/refresh")
def refresh() -> Response:
    """Refresh the access token without the person. Claims about the sign-in do not change."""
    with _refreshing:
        person = current_person()
        if person is None:
            return redirect(url_for("pages.home"), 303)
        if "refresh_token" not in person.token:
            flash("There is no refresh token: sign in again and allow this app to stay connected.")
            return redirect(url_for("pages.home"), 303)
        try:
            person.token, person.claims = provider().refresh(person.token, person.claims)
        except OAuthError as error:
            if error.error == "invalid_grant":  # revoked, expired, or the person signed out everywhere
                session.clear()
            raise
    end = f" and is good until {moment(person.expires_at)}" if person.expires_at else ""
    flash(f"Tokens refreshed. The access token is new{end}.")
    return redirect(url_for("pages.home"), 303)


def _ask_to_confirm(goal: str, acr_values: str, max_age: object) -> tuple[str, int]:
    """Say why a page is closed, with one button that leads through the step-up and back to it."""
    link = url_for("signin.confirm", next=goal, acr_values=acr_values, max_age=max_age)
    return render_template("confirm.html", link=link), HTTPStatus.FORBIDDEN
