"""What the pages of every mailed link share.

GET  <prefix>/<handle>    move the handle from the address into a cookie
GET  <form>               show the form; mail scanners may come this far and change nothing
POST <form>               claim the link

None of them signs anybody in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from idp.kernel.handles import MAX_HANDLE_LENGTH
from idp.kernel.text import Text
from idp.kernel.uris import with_query
from idp.login.flow import binding
from idp.login.state.paths import flow_path
from idp.persistence.transaction import Transaction
from idp.web import account_paths, csrf, language
from idp.web.cookies import Cookie
from idp.web.forms import single_value
from idp.web.mailed_link_paths import RESET_PASSWORD
from idp.web.pages import page, see_other

NOT_ME = Text(
    "It was used already, or it is too old. If somebody else may know your password, set a new one: that signs every "
    "browser out."
)
"""The sentence of a link that no longer works and would have undone something."""


@dataclass(frozen=True)
class MailedLink:
    """The pages of one kind of link: the path of its form, and the cookie that holds the handle meanwhile."""

    form: str
    cookie: Cookie

    @property
    def handle(self) -> str:
        """Return the handle of the link that this browser opened; empty when it opened none."""
        return self.cookie.read() or ""

    def blueprint(self, name: str, prefix: str) -> Blueprint:
        """Create the blueprint of these pages, with the route of the mailed address."""
        made = Blueprint(name, __name__, url_prefix=prefix)
        made.add_url_rule("/<handle>", "open_link", self.open_link)
        return made

    def open_link(self, handle: str) -> Response:
        """Move the handle from the address into a cookie, and do nothing else: mail scanners open links, too.

        In the address, history, referrer and onlookers would find it.
        """
        response = see_other(self.form)
        self.cookie.write(response, handle)
        return response

    def is_stale_form(self) -> bool:
        """Whether this form was not sent by our page about the open link."""
        return not csrf.is_valid(self.handle, self.cookie.name)

    def render(self, template: str, errors: dict[str, str] | None = None, **variables: Any) -> Response:
        """Render the form, with what is wrong."""
        token = csrf.token(self.handle, self.cookie.name)
        return page(template, errors=errors, action=self.form, csrf_token=token, **variables)

    def redirect_after_use(self, path: str) -> Response:
        """Redirect to `path` after the link was claimed, with the person's language; the person is not known there."""
        response = see_other(with_query(path, {language.UI_LOCALES: language.current_reader().language}))
        self.cookie.clear(response)
        return response


def use_owner_locale(tx: Transaction, user_id: str | None) -> None:
    """Use the language of the person a link is about, whatever browser opened it."""
    owner = tx.users.by_id(user_id) if user_id else None
    if owner:
        language.use_profile_locale(owner.profile)


def result_page(template: str, **variables: Any) -> Response:
    """Render the page after `redirect_after_use`, in the language of its address."""
    language.use_ui_locales(request.args)
    return page(template, **variables)


def sign_in_href(tx: Transaction) -> str:
    """Return the way to the sign-in that the address names (`login`), if it is open here; otherwise to a new one."""
    asked_from = single_value(request.args, "login", longest=MAX_HANDLE_LENGTH)
    try:
        row = binding.load_bound_flow(tx, asked_from)
    except binding.LoginFlowClosed:
        return account_paths.SECURITY
    return flow_path(row.id) if row.open_at(tx.now) else account_paths.SECURITY


def dead_reversal_page() -> Response:
    """Render the page of a link that no longer works and would have undone something."""
    return dead_link_page(NOT_ME, restart_href=RESET_PASSWORD, restart_label=Text("Set a new password"))


def dead_link_page(message: Text, *, restart_href: str, **more: Any) -> Response:
    """Render the page of a link that no longer works (410); `more`: the label of the link to start again."""
    title = Text("This link no longer works")
    return page("recovery/result.html", status=410, title=title, message=message, restart_href=restart_href, **more)
