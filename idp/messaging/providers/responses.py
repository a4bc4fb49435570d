"""What a provider's response means: accepted, to be retried, or never."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from idp.kernel import strict_json
from idp.messaging.http_client import HttpResponse
from idp.messaging.smtp import Rejected, Undelivered


def raise_for_status(name: str, answer: HttpResponse, *, error: int | None = None, never: Collection[int] = ()) -> None:
    """Raise unless the provider accepted the message.

    `error` is the provider's own number of the error, and `never` those that mean that this recipient cannot get
    it at all. Its text is not stored: it repeats the recipient's number.

    Raises:
        Rejected: when the error is one of `never`.
        Undelivered: for every other response; trying again may help.
    """
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    reason = f"{name} answered {answer.status}" + (f", error {error}" if error is not None else "")
    raise Rejected(reason) if error in never else Undelivered(reason)


def number_in(answer: HttpResponse, *path: str) -> int | None:
    """Return the number that stands at this path of a JSON answer; None when there is none."""
    try:
        found: Any = strict_json.parse(answer.body)
        for name in path:
            found = found[name]
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return found if isinstance(found, int) else None
