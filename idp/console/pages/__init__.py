"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.console import guard
from idp.console.pages import apps, home

PARTS = (home, apps)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
