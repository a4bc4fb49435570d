"""One transaction per request: returning commits, raising rolls back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from flask import g, request

from idp.kernel.handles import digest
from idp.kernel.request_origin import Origin
from idp.persistence.transaction import Transaction
from idp.web import language
from idp.web.client_address import client_address
from idp.web.context import services
from idp.web.cookies import SESSION

P = ParamSpec("P")
R = TypeVar("R")


def origin() -> Origin:
    """Return the request's metadata for the audit trail."""
    return Origin(
        address=client_address(),
        user_agent=request.headers.get("User-Agent", ""),
        request_id=g.get("request_id", ""),
        language=language.request_language(),
        session=digest(handle) if (handle := SESSION.read()) else "",
    )


def write_transaction(view: Callable[Concatenate[Transaction, P], R]) -> Callable[P, R]:
    """Pass a transaction to the view; the response is sent after the commit."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with services().database.write(origin()) as tx:
            return view(tx, *args, **kwargs)

    return wrapper


def read_transaction(view: Callable[Concatenate[Transaction, P], R]) -> Callable[P, R]:
    """Pass a read-only transaction to the view: on SQLite it waits for no writer."""

    @functools.wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with services().database.read(origin()) as tx:
            return view(tx, *args, **kwargs)

    return wrapper
