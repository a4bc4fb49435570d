"""Pages of apps: the list, new ones, one app with its settings, who may use it, its secrets, its end."""

from __future__ import annotations

from flask import Blueprint

from idp.console.pages.apps import (
    access,
    advanced,
    claim,
    claims,
    connection,
    creation,
    listing,
    logo,
    overview,
    registration,
    removal,
    secrets,
    settings,
    trial,
)

blueprint = Blueprint("apps", __name__)
for part in (
    listing,
    registration,
    creation,
    overview,
    settings,
    advanced,
    logo,
    access,
    claims,
    claim,
    secrets,
    connection,
    removal,
    trial,
):
    blueprint.register_blueprint(part.blueprint)
