"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.console import guard
from idp.console.pages import audit, home

PARTS = (home, audit)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
