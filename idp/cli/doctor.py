"""Diagnosis: `idp doctor`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import click

from idp import config
from idp.cli.output import as_json, print_json
from idp.kernel.clock import SystemClock
from idp.server.doctor.checks import run_checks
from idp.server.doctor.findings import Finding, Level


@click.command(name="doctor")
@as_json
@click.pass_context
def command(ctx: click.Context, *, json_wanted: bool) -> None:
    """Check settings, database, keys, mail, issuer and clock; print each problem and its remedy.

    Nothing is changed or sent. The exit code is 1 when something fails.
    """
    findings = []
    for finding in _findings():
        findings.append(finding)
        if not json_wanted:
            click.echo(f"{finding.level:4}  {finding.topic:8}  {finding.message}")
            if finding.remedy:
                click.echo(f"{'':16}{finding.remedy}")
    if json_wanted:
        print_json([asdict(finding) for finding in findings])
    ctx.exit(1 if any(finding.level is Level.FAIL for finding in findings) else 0)


def _findings() -> Iterable[Finding]:
    try:
        settings = config.load()
    except config.BadSettings as error:
        remedy = "docs/reference/settings.md lists every setting."
        return [Finding(Level.FAIL, "settings", line, remedy) for line in str(error).splitlines()]
    return run_checks(settings, SystemClock())
