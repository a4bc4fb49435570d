"""The session of the browser that sent this request, and the language of its pages."""

from __future__ import annotations

from idp.login.state.person import Person
from idp.login.state.session import AuthenticatedSession, load_session
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.context import services
from idp.web.cookies import SESSION


def current_session(tx: Transaction, *, client_id: str | None = None) -> AuthenticatedSession | None:
    """Return the session of this browser, as a client sees it; `client_id` None: our own pages."""
    found = load_session(tx, SESSION.read(), services().settings)
    return found.for_client(client_id) if found else None


def current_session_in_locale(tx: Transaction, *, client_id: str | None = None) -> AuthenticatedSession | None:
    """Return the same; pages are in its person's language from here on."""
    found = current_session(tx, client_id=client_id)
    use_person_locale(found.person if found else None)
    return found


def use_person_locale(person: Person | None) -> None:
    """Render pages in this person's language from here on; without a person, change nothing."""
    if person is not None:
        language.use_profile_locale(person.user.profile)
