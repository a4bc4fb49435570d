"""Error pages for every way a sign-in can fail. None is a server error of this app."""

from authlib.common.errors import AuthlibBaseError
from flask import Flask, current_app, render_template
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.exceptions import HTTPException

from .person import current_person, settings

Page = tuple[str, int]

WORDS: dict[str, tuple[str, str]] = {
    "access_denied": ("You cancelled", "Nothing was shared with this app. You can sign in whenever you like."),
    "mismatching_state": (
        "Please start again",
        "This sign-in was already used, took too long, or was begun in another browser.",
    ),
    "unmet_authentication_requirements": (
        "A second step is needed",
        "Your account cannot yet prove it is you as surely as this page asks. Set up a second step and try again.",
    ),
    "invalid_grant": ("Your sign-in has ended", "It expired, or you signed out somewhere else. Please sign in again."),
    "temporarily_unavailable": ("Try again soon", "The sign-in service is busy. Please try again in a minute."),
}
STILL_SIGNED_IN = "You did not confirm that it is you. You are still signed in."
OTHERWISE = ("Sign-in did not work", "The sign-in service did not accept the request. Please try again.")


def explain_problems(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(AuthlibBaseError, refused)
    app.register_error_handler(JoseError, not_believed)
    app.register_error_handler(RequestException, not_reached)
    app.register_error_handler(HTTPException, went_wrong)


def refused(error: AuthlibBaseError) -> Page:
    """Show an error of the provider (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6)."""
    code = error.error or "unknown"
    title, text = WORDS.get(code, OTHERWISE)
    if code != "access_denied":
        current_app.logger.warning("sign-in failed: %s %s", code, error.description)
    elif current_person():
        text = STILL_SIGNED_IN
    return _page(title, text, 200 if code == "access_denied" else 400, f"{code} {error.description or ''}")


def not_believed(error: JoseError) -> Page:
    """Refuse a token that failed a check."""
    current_app.logger.warning("token refused: %s", error)
    return _page("That sign-in cannot be trusted", "Its proof did not hold, so it was refused.", 400, str(error))


def not_reached(error: RequestException) -> Page:
    current_app.logger.warning("provider not reached: %s", error)
    text = f"The sign-in service at {settings().issuer} does not answer. Please try again in a minute."
    return _page("The sign-in service cannot be reached", text, 503, type(error).__name__)


def went_wrong(error: HTTPException) -> Page:
    return _page(error.name, error.description or "", error.code or 500, "")


def _page(title: str, text: str, status: int, detail: str) -> Page:
    return render_template("problem.html", title=title, text=text, detail=detail.strip()), status
