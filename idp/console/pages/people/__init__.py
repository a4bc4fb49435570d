"""People in the console.

grid        GET  /admin/people                 search, filter, sort; pages
export      POST /admin/people/export          the same people as CSV
many        GET  /admin/people/change          a question about those ticked, or about all that the filter shows
            POST                               one batch; the page continues with the next
create      GET, POST /admin/people/new        a new person, invited by mail
person      GET  /admin/people/<id>            one person
edit        GET, POST /admin/people/<id>/edit
actions     GET, POST /admin/people/<id>/<action>    a question, and the change
"""

from __future__ import annotations

from flask import Blueprint

from idp.console.pages.people import actions, create, edit, export, grid, many, person

blueprint = Blueprint("people", __name__)
for part in (grid, export, many, create, person, edit, actions):
    blueprint.register_blueprint(part.blueprint)
