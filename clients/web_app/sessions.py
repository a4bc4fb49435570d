"""Sessions kept on the server: the browser holds a random name for one and nothing else.

Flask's own session puts its content into the cookie, where anybody with the browser can read it. Tokens do not belong
there. This keeps them in a dict, which is right for one process; several need a shared store such as Redis.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

IDLE_SECONDS = 8 * 3600


class ServerSession(dict[str, Any], SessionMixin):
    """One browser's data. `id` is empty until there is data to store."""

    id: str = ""
    used_at: float = 0.0
    is_renewed: bool = False


def renew(session: SessionMixin) -> None:
    """Request a new id, against session fixation."""
    if isinstance(session, ServerSession):
        session.is_renewed = True


class MemorySessions(SessionInterface):
    """Session interface for Flask: `app.session_interface = MemorySessions()`."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._live: dict[str, ServerSession] = {}

    def end_where(self, is_meant: Callable[[dict[str, Any]], bool]) -> int:
        """End every matching session, in any browser; return how many."""
        doomed = [key for key, kept in list(self._live.items()) if is_meant(kept)]
        return sum(self._live.pop(key, None) is not None for key in doomed)

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        found = self._live.get(request.cookies.get(self.get_cookie_name(app), ""))
        if found is None or self._is_over(found):
            return ServerSession()
        found.used_at = self._clock()
        return found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession) or (session and session.id and not session.is_renewed):
            return
        name = self.get_cookie_name(app)
        if session.id:
            self._live.pop(session.id, None)
            if not session:
                response.delete_cookie(name, path="/", secure=self.get_cookie_secure(app))
        if session:
            self._store(session)
            response.set_cookie(
                name,
                session.id,
                path="/",
                httponly=True,
                secure=self.get_cookie_secure(app),
                samesite="Lax",  # Strict would withhold it when the provider sends the browser to /callback
            )

    def _store(self, session: ServerSession) -> None:
        for key in [key for key, kept in list(self._live.items()) if self._is_over(kept)]:
            self._live.pop(key, None)
        session.id, session.used_at, session.is_renewed = secrets.token_urlsafe(32), self._clock(), False
        self._live[session.id] = session

    def _is_over(self, session: ServerSession) -> bool:
        return session.used_at + IDLE_SECONDS < self._clock()
