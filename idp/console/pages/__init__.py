"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.console import guard
from idp.console.pages import audit, home, session_revocation, sessions

PARTS = (home, audit, sessions, session_revocation)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
