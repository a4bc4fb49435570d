"""Another sealing key: `idp keys reseal`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from idp.admin import Refused, resealing
from idp.admin.resealing import KEEP_FOR, Resealed
from idp.factors.recovery_codes import unseal_codes
from idp.persistence import sealed_values
from idp.persistence.ciba_requests import ciba_requests
from idp.persistence.factors import factors
from idp.persistence.login_flows import login_flows
from idp.persistence.schema import METADATA
from idp.signing.client_secrets import seal_secret, unseal_secret
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.databases import Databases
from tests.support.harness import Harness, Someone, migrate
from tests.support.login_driver import LoginDriver
from tests.support.tables import events, rows


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    with databases.fresh(migrate) as url:
        made = Harness(url, tmp_path, recovery_codes_viewable=True)
        yield made
        made.close()


@pytest.fixture
def jane(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Someone:
    """One of five people with all that is sealed for long, beside an app with two sealed secrets; in small batches."""
    for module in (sealed_values, resealing):
        monkeypatch.setattr(module, "BATCH", 2)
    sealer = harness.services.sealer
    harness.client("a-plain-app")
    secrets = {name: seal_secret(sealer, "signer", name) for name in ("sealed_secret", "sealed_previous_secret")}
    harness.client("signer", **secrets)
    for number in range(4):
        harness.person(f"person-{number}", totp=True)
    return harness.person("jane", totp=True)


def start(harness: Harness) -> None:
    resealing.start(harness.services.database, harness.services.sealer, now=harness.clock.now())


def reseal(harness: Harness) -> Resealed:
    return resealing.reseal(harness.services.database, harness.services.sealer, now=harness.clock.now())


def prefixes(harness: Harness) -> set[str]:
    """What the sealed values begin with."""
    columns = [
        cell for table in rows(harness, "factors", "recovery_sets", "clients").values() for row in table for cell in row
    ]
    return {cell[: cell.rindex(".") + 1] for cell in columns if isinstance(cell, str) and cell.startswith("1.")}


def test_everything_is_sealed_again_and_the_old_key_is_removed(
    harness: Harness, jane: Someone, driver: LoginDriver, browser: Browser
) -> None:
    sealer = harness.services.sealer
    ids = sealer.pepper("subjects")
    start(harness)
    assert reseal(harness) == Resealed(5 + 5 + 2, 0, 0, harness.clock.now() + KEEP_FOR)
    assert prefixes(harness) == {sealer.prefix}
    assert reseal(harness).resealed == 0
    harness.clock.advance(KEEP_FOR)
    assert reseal(harness) == Resealed(0, 0, 1, None)
    assert events(harness, "keys.sealing_changed") == 2
    assert sealer.pepper("subjects") == ids, "apps know people by it"
    driver.sign_in(browser, jane)
    with harness.services.database.read() as tx:
        client, kept = tx.clients.by_id("signer"), tx.sign_in_facts.for_user(jane.id).recovery
    assert client
    assert kept
    assert unseal_codes(kept, sealer) == jane.codes
    for name in ("sealed_secret", "sealed_previous_secret"):
        assert unseal_secret(sealer, "signer", getattr(client, name)) == name.encode()


@pytest.mark.usefixtures("jane")
def test_a_run_that_was_stopped_goes_on_with_what_is_left(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    start(harness)
    with monkeypatch.context() as patched:
        patched.setattr(resealing, "sleep", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            reseal(harness)
    assert len(prefixes(harness)) == 2
    assert reseal(harness).resealed == 5 + 5 + 2 - 2
    assert len(prefixes(harness)) == 1


def test_what_no_key_opens_is_counted_and_left(harness: Harness, jane: Someone) -> None:
    lost = "1.AAAAAAAAAAAA.AAAA"
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(factors).where(factors.c.user_id == jane.id).values(sealed_secret=lost))
    start(harness)
    assert (done := reseal(harness)).unreadable == 1
    assert done.resealed == 4 + 5 + 2
    assert lost in json.dumps(rows(harness, "factors"), default=str)


def test_every_column_with_sealed_values_is_sealed_again_or_ends_within_a_day() -> None:
    found = {column for table in METADATA.tables.values() for column in table.c if column.name.startswith("sealed_")}
    ending = {login_flows.c.sealed_answer, ciba_requests.c.sealed_ping}
    assert found == ending | {sealed for (_, sealed), _ in resealing.COLUMNS}


def test_nothing_is_started_twice(harness: Harness) -> None:
    with pytest.raises(Refused, match="Nothing to do"):
        reseal(harness)
    start(harness)
    with pytest.raises(Refused, match="still there"):
        start(harness)


@pytest.mark.usefixtures("jane")
def test_the_command_tells_what_it_did_and_when_to_run_it_again(harness: Harness) -> None:
    command = Command.of(harness.settings)
    assert "--new-key" in command.refused("keys", "reseal")
    begun = command.done("keys", "reseal", "--new-key")
    assert "Sealed 12 stored secrets" in begun
    assert "again after" in begun
    assert command.read("keys", "reseal")["removed_keys"] == 0
    file = harness.settings.keys_dir / "sealing.json"
    content = json.loads(file.read_text())
    content["keys"][-1]["created_at"] -= KEEP_FOR
    file.write_text(json.dumps(content))
    assert "Removed the old key." in command.done("keys", "reseal")
