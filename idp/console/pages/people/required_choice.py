"""The choice "Not required / Required" in a form of a person, and the question before it becomes Required."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from idp.console import responses
from idp.console.guard import Admin
from idp.console.responses import Confirmation
from idp.kernel.text import Text
from idp.web.choices import options
from idp.web.forms import is_checked, is_storable, single_value

FIELD, REQUIRED, CONFIRMED = "second_step", "required", "confirmed"
NOT_REQUIRED = Text("Not required")
NOT_CARRIED = {"csrf", CONFIRMED}


class NotConfirmed(Exception):
    """The form is good, and sets Required without a confirmation: nothing is stored."""


def required_options(*, required: bool) -> list[dict[str, Any]]:
    """Return the two choices."""
    return options({REQUIRED: Text("Required")}, REQUIRED if required else None, without=NOT_REQUIRED)


def is_wanted() -> bool:
    """Whether the form says Required."""
    return single_value(request.form, FIELD, longest=20) == REQUIRED


def require_confirmation() -> None:
    """Raise `NotConfirmed` unless the form comes from the question."""
    if not is_checked(request.form, CONFIRMED):
        raise NotConfirmed


def confirm(admin: Admin, name: str, *, back: str) -> Response:
    """Ask whether a second step is to be required; the answer carries the whole form."""
    carried = [
        (field, value)
        for field, value in request.form.items(multi=True)
        if field not in NOT_CARRIED and is_storable(value)
    ]
    question = Confirmation(
        question=Text("Require a second step of {name}?", name=name),
        lead=Text("Without one they are led to set it up when they sign in next, before anything else."),
        points=(Text("What you typed is saved with it."),),
        button=Text("Save, and require a second step"),
        back=back,
        fields=[*carried, (CONFIRMED, "1")],
        danger=False,
    )
    return responses.confirm(admin, question)
