"""Links that go out by mail: their path waits in the outbox sealed (`messaging.sealed`), named by its digest."""

from __future__ import annotations

from idp.kernel.handles import digest
from idp.messaging import sealed
from idp.messaging.sealed import SealedSecret
from idp.signing.sealing import Sealer


def seal(sealer: Sealer, path: str) -> SealedSecret:
    """Make a path ready for the outbox; it holds a handle, so its digest tells nothing."""
    return sealed.seal(sealer, path, name=digest(path))
