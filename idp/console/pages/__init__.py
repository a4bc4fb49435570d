"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.admin import Refused
from idp.console import guard, responses, tables
from idp.console.pages import (
    apis,
    apps,
    attributes,
    audit,
    group,
    groups,
    keys,
    messages,
    overview,
    people,
    person_attributes,
    policy,
    policy_explain,
    policy_history,
    policy_review,
    session_revocation,
    sessions,
)

PARTS = (
    overview,
    people,
    groups,
    group,
    attributes,
    person_attributes,
    apps,
    apis,
    policy,
    messages,
    keys,
    policy_review,
    policy_explain,
    policy_history,
    audit,
    sessions,
    session_revocation,
)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
blueprint.add_app_template_filter(tables.label_cells)
blueprint.register_error_handler(Refused, responses.refused)
