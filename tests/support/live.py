"""The product and its sample app on real ports of this machine, sharing the test's clock."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clients.web_app.app import create_app as create_sample
from tests.support.harness import Harness
from tests.support.local_servers import local_server


@dataclass(frozen=True)
class Live:
    """`issuer` and `app` are the addresses people open; `harness` is the product behind the first."""

    harness: Harness
    issuer: str
    app: str


@contextlib.contextmanager
def serving(database_url: str, directory: Path, **settings: object) -> Iterator[Live]:
    """Serves both until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # No server may get another request once the database is closed: it would open a connection that nobody closes.
    with contextlib.ExitStack() as last, contextlib.ExitStack() as stack:
        # The port must be known before the application, which is told its own address.
        provider = stack.enter_context(local_server())
        sample = stack.enter_context(local_server())
        issuer, base = provider.base, sample.base
        harness = Harness(database_url, directory, issuer=issuer, mode="development", **settings)
        last.callback(harness.close)
        app = harness.client(
            "sample",
            client_name="Sample app",
            redirect_uris=[f"{base}/callback"],
            post_logout_redirect_uris=[f"{base}/signed-out"],
            backchannel_logout_uri=f"{base}/backchannel-logout",
        )
        provider.start(harness.app)
        sample.start(
            create_sample(
                issuer=issuer,
                client_id=app.client_id,
                client_secret=app.secret,
                base_url=base,
                clock=harness.clock.now,
            )
        )
        yield Live(harness, issuer, base)
