"""Links that go out by mail: their path waits in the outbox sealed, and is opened only as the letter is written.

So a stolen database holds no link that works: tables have the digest of its handle, the outbox what only the keys open.
"""

from __future__ import annotations

from collections.abc import Callable

from idp.kernel.handles import digest
from idp.messaging.notices import SealedPath
from idp.signing.sealing import Sealer


def seal(sealer: Sealer, path: str) -> SealedPath:
    """Make a path ready for the outbox."""
    name = digest(path)
    return SealedPath(name, sealer.seal(path.encode(), row=_row(name)))


def opener(sealer: Sealer) -> Callable[[SealedPath], str]:
    """What the renderer of letters needs; the function raises `SealBroken`."""
    return lambda link: sealer.unseal(link.sealed, row=_row(link.name)).decode()


def _row(name: str) -> str:
    return f"mailed_links:{name}"
