"""An API behind the product: registered, and introspecting what it is sent."""

from typing import Any

from werkzeug.test import TestResponse

from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import digest
from idp.persistence.apis import Api
from tests.support.back_channel import basic
from tests.support.harness import Harness
from tests.support.issuer_client import IssuerClient

ORDERS = "https://orders.example.test"
BILLS = "https://bills.example.test/v1"
READ, WRITE, PAY = "orders:read", "orders:write", "bills:pay"
TITLES = {ORDERS: {READ: "Read your orders", WRITE: "Change your orders"}, BILLS: {PAY: "Pay your bills"}}


class ResourceServer:
    """One API and its secret."""

    def __init__(self, harness: Harness, identifier: str = ORDERS, **traits: Any) -> None:
        self.identifier, self.secret = identifier, SystemEntropy().token()
        self.http = IssuerClient(harness.app, harness.settings.issuer)
        values = {"name": identifier, "scopes": TITLES[identifier], "secret_digest": digest(self.secret)} | traits
        with harness.services.database.write() as tx:
            tx.apis.add(Api(identifier, **values))

    def introspect(self, token: str, **headers: str) -> TestResponse:
        """Asks what a token is good for."""
        sent = {"Authorization": basic(self.identifier, self.secret)} | headers
        return self.http.post("/introspect", data={"token": token}, headers=sent)
