"""The pages of the console. Private."""

from __future__ import annotations

from flask import Blueprint

from idp.console import guard
from idp.console.pages import home, policy, policy_explain, policy_history, policy_review

PARTS = (home, policy, policy_review, policy_explain, policy_history)

blueprint = Blueprint("console", __name__)
for part in PARTS:
    blueprint.register_blueprint(part.blueprint)
guard.install(blueprint)
