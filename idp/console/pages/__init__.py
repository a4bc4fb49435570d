"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.console import guard
from idp.console.pages import (
    app_claim,
    app_claims,
    attributes,
    group,
    groups,
    keys,
    messages,
    overview,
    people,
    person_attributes,
)

PARTS = (
    overview,
    people,
    groups,
    group,
    attributes,
    person_attributes,
    app_claims,
    app_claim,
    messages,
    keys,
)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
