"""Prints the speed sheet: `./dev bench [--requests N]`. Takes about a minute; see docs/reference/speed.md."""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import floor, load, server, sheet, sign_in
from tests.bench.app import BenchApp
from tests.support.browser import Browser
from tests.support.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.support.harness import Harness, migrate
from tests.support.postgres import running_server
from tests.support.rp import Rp


def main() -> None:
    """Measure and print as we go."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Prints the speed sheet.")
    parser.add_argument("--requests", type=int, default=300, help="of each kind (default: %(default)s)")
    count = parser.parse_args().requests
    began = time.perf_counter()
    sheet.title()
    signatures, hashing = floor.signing(), floor.hash_milliseconds()
    sheet.floor(signatures, hashing)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="idp-bench-")))
        kinds: dict[str, Databases] = {
            "SQLite": SqliteDatabases(folder),
            "PostgreSQL": PostgresDatabases(stack.enter_context(running_server())),
        }
        for name, databases in kinds.items():
            with databases.fresh(migrate) as url:
                sheet.in_process(name, _in_process(url, folder / f"{name}-inside", count), signatures)
            with databases.fresh(migrate) as url:
                sheet.sign_ins(sign_in.measure(url, folder / f"{name}-sign-in"), hashing)
        for name, databases in kinds.items():
            with databases.fresh(migrate) as url:
                sheet.served(name, server.measure(folder / f"{name}-served", url, count))
    print(f"\nMeasured in {time.perf_counter() - began:.0f} s.")


def _in_process(database_url: str, directory: Path, count: int) -> list[load.Measured]:
    """The hot paths for somebody who signed in with password and code."""
    harness = Harness(database_url, directory)
    try:
        rp, browser = Rp(harness), Browser(harness)
        rp.sign_in(browser, harness.person("jane", totp=True), acr_values="mfa")
        cookie = "; ".join(f"__Host-countersign-{name}={browser.cookie(name)}" for name in ("session", "browser"))
        app = BenchApp(rp.app.client_id, rp.app.secret, rp.app.redirect_uri, cookie)
        return list(load.hot_paths(app, load.in_process(harness), count))
    finally:
        harness.close()


if __name__ == "__main__":
    main()
