"""The profile: claims that people set themselves, contact addresses, and the download of their data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, request

from idp import audit
from idp.account import responses
from idp.audit import Event
from idp.kernel.text import Text
from idp.language import tags, zones
from idp.login.flow import session_guard
from idp.login.state.session import AuthenticatedSession
from idp.persistence.contact_changes import ContactChange, ContactKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import profile_form
from idp.recovery.profile_form import ProfileForm
from idp.web.account_paths import CLOSE, DOWNLOAD, EMAIL, FORGET_EMAIL, PHONE, PROFILE
from idp.web.choices import options_with_stored
from idp.web.transactions import write_transaction

blueprint = Blueprint("profile", __name__)


@blueprint.get(PROFILE)
@session_guard.requires()
def show_page(tx: Transaction, auth_session: AuthenticatedSession) -> Response:
    """Show the form with the stored profile, address and number."""
    return _render(tx, auth_session)


@blueprint.post(PROFILE)
@write_transaction
def save_profile(tx: Transaction) -> Response:
    """Keep what changed. Nothing here opens anything, so no fresh sign-in is asked and no mail goes out."""
    auth_session = session_guard.require_form(tx)
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
    return responses.redirect_done("profile", page_path=PROFILE)


@blueprint.post(FORGET_EMAIL)
@write_transaction
def forget_new_email(tx: Transaction) -> Response:
    """Invalidate the link that was sent to a new address, as when it was mistyped; the address stays as it is."""
    auth_session = session_guard.require_form(tx, back=PROFILE)
    tx.contact_changes.delete_pending(auth_session.person.user.id, ContactKind.EMAIL)
    return responses.redirect_done("email-forgotten", page_path=PROFILE)


def _render(tx: Transaction, auth_session: AuthenticatedSession, form: ProfileForm | None = None) -> Response:
    user = auth_session.person.user
    values = form.typed if form else profile_form.fields_of(user.profile)
    return responses.render(
        auth_session,
        "account/profile.html",
        errors=form.errors if form else None,
        notice=responses.notice(),
        values=values,
        longest=profile_form.LONGEST,
        languages=options_with_stored(tags.LANGUAGES, values["locale"], without=Text("As the browser says")),
        zones=options_with_stored(
            {name: name.replace("_", " ") for name in zones.choices()}, values["zoneinfo"], without=zones.UTC
        ),
        download_href=DOWNLOAD,
        attributes=_attributes(tx, user),
        close_href=CLOSE if auth_session.person.policy.may_close else None,
        email=_email(user, tx.contact_changes.pending_for_user(user, ContactKind.EMAIL)),
        phone={"number": user.phone_number, "verified": user.phone_number_verified, "change_href": PHONE},
    )


def _email(user: User, waiting: ContactChange | None) -> dict[str, Any]:
    return {
        "address": user.email,
        "verified": user.email_verified,
        "change_href": EMAIL,
        "waiting": waiting.new if waiting else None,
        "forget_action": FORGET_EMAIL,
    }


def _attributes(tx: Transaction, user: User) -> list[dict[str, Any]]:
    """Return the attributes that people may see of themselves, as far as they have a value."""
    shown = [(each.title, user.attributes.get(each.name)) for each in tx.attributes.all() if each.visible]
    return [{"title": title, "text": _attribute_text(value)} for title, value in shown if value is not None]


def _attribute_text(value: object) -> str:
    if isinstance(value, bool):
        return Text("Yes") if value else Text("No")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
