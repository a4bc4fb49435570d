"""The profile: claims that people set themselves, contact addresses, and the download of their data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request

from idp import audit
from idp.account import guard, pages, requirements
from idp.audit import Event
from idp.kernel.text import Text
from idp.language import tags, zones
from idp.login.state.session import AuthenticatedSession
from idp.persistence.contact_changes import ContactChange, ContactKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import profile_form
from idp.recovery.profile_form import ProfileForm
from idp.web import account_paths
from idp.web.context import services
from idp.web.transactions import write_transaction

blueprint = Blueprint("profile", __name__)


@blueprint.get("/profile")
@guard.requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """The form as the profile stands, and the ways to reach the person."""
    return _render(tx, auth_session)


@blueprint.post("/profile")
@write_transaction
def save(tx: Transaction) -> Response:
    """Keep what changed. Nothing here opens anything, so no fresh sign-in is asked and no mail goes out."""
    auth_session = guard.require_form(tx, requirements.view_requirement)
    user = auth_session.person.user
    form = profile_form.parse_profile_form(
        request.form, user.profile, today=dt.datetime.fromtimestamp(tx.now, dt.UTC).date()
    )
    if form.errors:
        return _render(tx, auth_session, form)
    before = user.profile
    if changed := [name for name in {**before, **form.profile} if before.get(name) != form.profile.get(name)]:
        tx.users.set_profile(user, form.profile)
        audit.record(tx, Event.PROFILE_CHANGED, user_id=user.id, claims=sorted(changed))
    return pages.redirect_done("profile", page_path=account_paths.PROFILE)


def _render(tx: Transaction, auth_session: AuthenticatedSession, form: ProfileForm | None = None) -> Response:
    user = auth_session.person.user
    values = form.typed if form else profile_form.fields_of(user.profile)
    return pages.render(
        auth_session,
        "account/profile.html",
        status=400 if form else 200,
        errors=form.errors if form else {},
        notice=pages.notice(),
        values=values,
        longest=profile_form.LONGEST,
        languages=_choices(dict(tags.LANGUAGES), values["locale"], Text("As the browser says")),
        zones=_choices({name: name.replace("_", " ") for name in zones.choices()}, values["zoneinfo"], zones.UTC),
        download_action=account_paths.DOWNLOAD,
        close_href=account_paths.CLOSE if services().settings.people_may_close_account else None,
        email=_email(user, tx.contact_changes.pending_for_user(user, ContactKind.EMAIL)),
        phone={"number": user.phone_number, "verified": user.phone_number_verified, "change_href": account_paths.PHONE},
    )


def _email(user: User, waiting: ContactChange | None) -> dict[str, Any]:
    return {
        "address": user.email,
        "verified": user.email_verified,
        "change_href": account_paths.EMAIL,
        "waiting": waiting.new if waiting else None,
        "forget_action": f"{account_paths.EMAIL}/forget",
    }


def _choices(listed: dict[str, str], chosen: str, otherwise: str) -> list[dict[str, Any]]:
    """What a list offers: no choice, ours, and what is chosen already if it is none of ours."""
    offered = {"": otherwise} | {value: title for value, title in listed.items() if title != otherwise}
    return [
        {"value": value, "title": title, "chosen": value == chosen}
        for value, title in ({chosen: chosen} | offered).items()
    ]
