"""Werkzeug's test client, asking for the issuer's host as every visitor does: the product answers no other."""

from typing import Any

from werkzeug.test import Client, TestResponse


class IssuerClient(Client):
    """`issuer` is the base of every address that says no other."""

    def __init__(self, application: Any, issuer: str, **options: Any) -> None:  # noqa: ANN401 - any WSGI application
        super().__init__(application, **options)
        self._issuer = issuer

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self._issuer)
        return super().open(*args, **kwargs)
