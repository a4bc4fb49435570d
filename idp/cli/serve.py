"""Running the server: `idp serve`."""

from __future__ import annotations

import contextlib
import ipaddress
import os

import click

from idp.cli.context import CliContext, pass_cli_context
from idp.kernel.uris import authority
from idp.server import launch, storage_setup


def _require_address(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Refuse a name: it may have several addresses, and one of them may be public."""
    with contextlib.suppress(ValueError):
        if "%" not in value:  # the server takes no zone
            return str(ipaddress.ip_address(value))
    message = "this must be an IP address: 127.0.0.1 or ::1 for this machine alone, 0.0.0.0 or :: for every network."
    raise click.BadParameter(message)


@click.command(name="serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, callback=_require_address, help="IP address to listen on."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; default: one for each processor.")
@click.option("--upgrade", is_flag=True, help="Bring the database to this version first, as `idp db upgrade` does.")
@pass_cli_context
def command(work: CliContext, host: str, port: int, workers: int | None, *, upgrade: bool) -> None:
    """Run the server until SIGTERM or Ctrl-C; requests under way are finished first.

    It serves plain HTTP. On the internet it belongs behind a proxy that ends TLS and buffers slow requests, such as
    nginx, Caddy or HAProxy: see docs/how-to/run-in-production.md.
    """
    if upgrade:
        storage_setup.migrate(work.settings)

    def announce() -> None:
        click.echo(f"Countersign answers at http://{authority(host, port)} as {work.settings.issuer}")

    launch.serve(work.settings, host=host, port=port, workers=workers or os.cpu_count() or 1, ready=announce)
