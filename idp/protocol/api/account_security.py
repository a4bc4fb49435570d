"""`GET /api/security`: how the person's account is protected, for apps that show or check it.

It would help an attacker, so it requires the scope `security` and a sign-in with two factors (`mfa`).
"""

from __future__ import annotations

from flask import Response

from idp.claims.standard import SECURITY
from idp.login.policy.assurance import Level
from idp.login.state import person
from idp.persistence.transaction import Transaction
from idp.protocol.api import bearer, step_up
from idp.protocol.subjects import subject_of
from idp.web.context import services
from idp.web.pages import json_response


def respond(tx: Transaction) -> Response:
    """Return the summary as JSON: no secret, nothing that helps to sign in. Times are seconds, UTC."""
    return bearer.respond_to(tx, SECURITY, lambda access: _summary(tx, access))


def _summary(tx: Transaction, access: bearer.Access) -> Response:
    owner = person.load(tx, access.user, services().settings)
    step_up.require_level(access, Level.MFA, best=owner.best)
    return json_response(
        {
            "sub": subject_of(access.client, owner.user.id),
            "second_step": owner.has_second_step,
            "second_step_required": owner.user.second_step_required,
            "methods": sorted(owner.methods),
            "recovery_codes_left": owner.codes_left,
            "remembered_devices": len(tx.devices.trust_ids(owner.user.id, owner.user.epoch)),
            "sessions": len(tx.sessions.for_user(owner.user.id)),
            "password_changed_at": owner.user.password_changed_at,
        }
    )
