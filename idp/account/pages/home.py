"""The first page: who the person is here."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.account import responses
from idp.kernel.text import Text
from idp.language.reader import LOCALE
from idp.language.tags import LANGUAGES
from idp.login.flow.session_guard import requires
from idp.login.state.session import AuthenticatedSession
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.web import account_paths, console_paths

CLAIMS = {
    "name": Text("Name"),
    "given_name": Text("Given name"),
    "middle_name": Text("Middle name"),
    "family_name": Text("Family name"),
    "nickname": Text("Nickname"),
    "gender": Text("Gender"),
    "birthdate": Text("Date of birth"),
    "website": Text("Website"),
    "profile": Text("Profile page"),
    "picture": Text("Picture"),
    "locale": Text("Language"),
    "zoneinfo": Text("Time zone"),
}
"""Standard claims kept in the profile (OIDC Core section 5.1), in the order of the page."""

blueprint = Blueprint("home", __name__)


@blueprint.get(account_paths.HOME, strict_slashes=False)
@requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show the profile, and whether there is a second step."""
    return responses.render(
        auth_session,
        "account/home.html",
        claims=[{"title": title, "value": value} for title, value in _profile(auth_session.person.user) if value],
        two_step_on=auth_session.person.has_second_step,
        security_href=account_paths.SECURITY,
        profile_href=account_paths.PROFILE,
        console_href=console_paths.HOME if tx.roles.of_user(auth_session.person.user.id) else None,
    )


def _profile(user: User) -> list[tuple[str, str | None]]:
    kept = [(title, _known(claim, user.profile.get(claim))) for claim, title in CLAIMS.items()]
    address = user.profile.get("address")
    postal = str(address.get("formatted") or "") if isinstance(address, dict) else ""
    reached = [(Text("Email"), user.email), (Text("Phone number"), user.phone_number), (Text("Postal address"), postal)]
    return [(Text("User name"), user.username), *kept, *reached]


def _known(claim: str, value: object) -> str:
    """Return a language by its own name, anything else as it is."""
    text = str(value or "")
    return LANGUAGES.get(text, text) if claim == LOCALE else text
