"""Everything on this machine, to try it out: `idp demo`, which is `./dev run`."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from idp import config
from idp.protocol.discovery import PATH as DISCOVERY
from idp.server import CannotServe, local_ports
from idp.server.demo.children import Children, children
from idp.server.demo.demonstration import ADMIN, CLIENT, DEMO, Demonstration, Secrets

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
NAME = "localhost"
"""The issuer's host; the server answers no other."""
START_WITHIN = 30.0
POLL_INTERVAL = 0.5
PORT = click.IntRange(1, 65535)


@click.command(name="demo")
@click.option("--port", default=8000, show_default=True, type=PORT, help="Countersign's port.")
@click.option("--app-port", default=5001, show_default=True, type=PORT, help="The sample app's port.")
@click.option("--data-dir", default="data/demo", show_default=True, type=Path, help="Where its data is kept.")
@click.option("--keys-dir", default="keys", show_default=True, type=Path, help="Where its keys are kept.")
def command(port: int, app_port: int, data_dir: Path, keys_dir: Path) -> None:
    """Run Countersign and a sample app on this machine, with two people to sign in as, until Ctrl-C.

    What is made is kept: the next run has the same people, and knows what they set up.
    """
    demo = Demonstration(data_dir.absolute(), keys_dir.absolute(), port, app_port)
    _check(demo)
    secrets = demo.prepare()
    gc.freeze()  # as `idp serve`: the end takes less time
    gc.enable()
    with children() as running:
        _start(running, demo, secrets)
        running.wait_until(lambda: _both_answer(demo), within=START_WITHIN)
        click.echo(_welcome(demo, secrets))
        while not running.wait_for_stop(POLL_INTERVAL):
            running.raise_if_ended()
    click.echo("\nStopped. The data is kept for the next time.")


def _both_answer(demo: Demonstration) -> bool:
    answers = (
        local_ports.http_status(HOST, demo.port, DISCOVERY, name=NAME),
        local_ports.http_status(HOST, demo.app_port),
    )
    return None not in answers


def _check(demo: Demonstration) -> None:
    """Refuse before anything is made or started."""
    if demo.port == demo.app_port:
        raise CannotServe("--port and --app-port must differ.")
    for port, option in ((demo.port, "--port"), (demo.app_port, "--app-port")):
        if reason := local_ports.port_problem(HOST, port):
            raise CannotServe(f"Cannot start: {reason}. Stop that program, or choose another port with {option}.")
    if not (ROOT / "clients" / "web_app").is_dir():
        raise CannotServe("The sample app is not part of this installation. Run ./dev run in a checkout.")


def _start(running: Children, demo: Demonstration, secrets: Secrets) -> None:
    local = {"NO_PROXY": "localhost,127.0.0.1", "no_proxy": "localhost,127.0.0.1"}  # the two talk to each other
    running.start(
        "Countersign",
        "idp.cli",
        *("serve", "--port", str(demo.port), "--workers", "1"),
        environment=config.child_env(IDP_CONFIG=str(demo.settings_file), **local),
        log=demo.data_dir / "countersign.log",
        folder=ROOT,
    )
    running.start(
        "The sample app",
        "clients.web_app",
        *("--host", HOST, "--port", str(demo.app_port)),
        environment=config.child_env(
            SAMPLE_APP_ISSUER=demo.issuer,
            SAMPLE_APP_CLIENT_ID=CLIENT,
            SAMPLE_APP_CLIENT_SECRET=secrets.client_secret,
            SAMPLE_APP_BASE_URL=demo.app,
            **local,
        ),
        log=demo.data_dir / "sample-app.log",
        folder=ROOT,
    )


def _welcome(demo: Demonstration, secrets: Secrets) -> str:
    width = max(len(demo.issuer), len(demo.app)) + len("/account/security")
    return f"""
Countersign is running. Ctrl-C stops it; what you set up is kept.

  {demo.app:{width}}  the sample app: start here
  {demo.issuer + "/account/security":{width}}  what people see and change themselves
  {demo.issuer + "/admin/":{width}}  what administrators see and change: sign in as {ADMIN}
  {demo.issuer + "/dev/mailbox":{width}}  what would have been sent: mails, codes by text message and WhatsApp

  Sign in as   {DEMO:6} {secrets.passwords[DEMO]}
          or   {ADMIN:6} {secrets.passwords[ADMIN]}

Try this
  1. Open the app, press "Sign in", and enter {DEMO} and the password above.
  2. A second step is required: scan the picture with any authenticator app, and type the code it shows.
  3. Save the recovery codes, and allow the app to see who you are. It shows what it was told, and how sure it may be.
  4. Sign out and in again, ticking "Remember this device": the time after that no code is asked,
     and the app is told so. "Confirm it is you" asks for the code all the same
     (unless you gave a code in the last five minutes).
  5. Look at My account: your devices and sessions, new recovery codes, another password.
  6. Set up codes by text message or WhatsApp there: they arrive in the mailbox, as all that would have been sent does.
     Any number that could exist works, for example +1 202 555 0143.
  7. Sign in as {ADMIN} at {demo.issuer}/admin/: invite somebody, require the second step of a group, explain a sign-in,
     and open the app Penny Jar there: "Try it" shows what it is told. Choose pairwise ids under "Advanced": try again.
  8. Let an app register itself; it waits under Apps, "Apps that register themselves", until you enable it:
     curl {demo.issuer}/register -H 'Content-Type: application/json' -d '{{"redirect_uris": ["http://localhost:5002/"]}}'

  For the command .venv/bin/idp: export IDP_CONFIG={demo.settings_file}
"""
