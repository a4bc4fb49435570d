"""The process of the command line: `idp`, and `python -m idp.cli`."""

from __future__ import annotations

import gc
import sys

from idp.cli import main
from idp.server.stopping import use_default_interrupt

UNTIL_STOPPED = ("serve", "demo")
"""Commands that run until a signal; they load much before they set a handler."""


def run() -> None:
    """Run the command line as a process of its own."""
    if sys.argv[1:2] and sys.argv[1] in UNTIL_STOPPED:
        use_default_interrupt()
        gc.disable()  # nothing that is loaded becomes garbage: looking for it takes a tenth of the start
    main(prog_name="idp")


if __name__ == "__main__":
    run()
