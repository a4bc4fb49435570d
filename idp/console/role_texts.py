"""Roles in plain words."""

from __future__ import annotations

from idp.kernel.text import Text
from idp.persistence.roles import Role

ROLE_TEXTS = {
    Role.OWNER: (Text("Owner"), Text("May do everything, also give roles and change the sign-in policy and the keys.")),
    Role.PEOPLE: (Text("People"), Text("Looks after people and groups, but not after those who hold a role.")),
    Role.APPS: (Text("Apps"), Text("Connects apps and changes them.")),
    Role.AUDITOR: (Text("Auditor"), Text("May look at everything and change nothing.")),
}
"""Title and explanation of each role."""
