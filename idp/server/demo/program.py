"""Runs a program that ends with its parent: `python -m idp.server.demo.program PARENT MODULE ARGUMENTS`.

The parent may be killed without a chance to stop it.
"""

from __future__ import annotations

import runpy
import sys

from idp.server.stopping import end_with_parent

END_WITHIN = 35
"""Seconds; the server needs up to 30 to finish requests in progress."""


def main() -> None:
    """Run the module as if it had been started with its arguments."""
    parent, module, *arguments = sys.argv[1:]
    end_with_parent(int(parent), within=END_WITHIN)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
