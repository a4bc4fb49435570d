"""The first page: what this administrator may do."""

from __future__ import annotations

from flask import Blueprint, Response

from idp.admin.permissions import Permission
from idp.console import responses
from idp.console.guard import Admin, views
from idp.console.role_texts import ROLE_TEXTS
from idp.persistence.transaction import Transaction
from idp.web import console_paths

blueprint = Blueprint("home", __name__)


@blueprint.get(console_paths.HOME, strict_slashes=False)
@views(Permission.VIEW_OVERVIEW)
def show_page(_: Transaction, admin: Admin) -> Response:
    """Show the roles of this administrator."""
    roles = [{"title": ROLE_TEXTS[role][0], "text": ROLE_TEXTS[role][1]} for role in sorted(admin.actor.roles)]
    return responses.render(admin, "console/home.html", roles=roles)
