"""`./dev bench` runs to its end; nothing here judges a time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.baseline import Baseline
from tests.bench.layers import CRYPTO
from tests.bench.meter import SIGN_IN
from tests.bench.sampler import Sampler
from tests.support.harness import Harness

ROOT = Path(__file__).parents[3]
ENDPOINTS = (
    *("discovery", "jwks", "authorize, with a session", "code redemption", "refresh"),
    *("client_credentials", "userinfo", "introspection"),
)
PARTS = {
    "speed": (*ENDPOINTS, "password, code and tokens", "bare Flask answer", "callers: 1,", "callers: 16,", "of load:"),
    "profile": (*ENDPOINTS, *SIGN_IN, "sign-in with password and TOTP, known browser"),
    "busy": ("sign-ins a second", "without load", "p99 under load is"),
}


@pytest.mark.parametrize("what", PARTS)
def test_each_part_prints_all_it_measures(what: str) -> None:
    command = [sys.executable, "-m", "tests.bench", what, "--requests", "2", "--minutes", "0", "--database", "SQLite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert [part for part in PARTS[what] if part not in done.stdout] == [], done.stdout + done.stderr
    assert "Measured in" in done.stdout, done.stderr
    assert done.returncode == 0 or (what == "busy" and "MISSED" in done.stdout), done.stderr


def test_growth_is_printed_on_postgresql() -> None:
    """Its size is known after a VACUUM, which no transaction may have around it."""
    command = [sys.executable, "-m", "tests.bench", "growth", "--requests", "10", "--database", "PostgreSQL"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "reset link, made-up names" in done.stdout, done.stderr


def test_stops_are_measured_over_one_kind_of_database() -> None:
    """An option that would be left out of account is refused."""
    command = [sys.executable, "-m", "tests.bench", "stops", "--database", "PostgreSQL"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "SQLite" in done.stderr) == (2, True)


def test_drift_is_told_from_stored_ratios(tmp_path: Path) -> None:
    first = Baseline.read(tmp_path / "baseline.json")
    assert first.compare("SQLite", "in process", "refresh", 5.0).split() == ["5.0", "new"]
    first.write(tmp_path / "baseline.json")
    later = Baseline.read(tmp_path / "baseline.json")
    assert later.compare("SQLite", "in process", "refresh", 6.0).split() == ["6.0", "+20%"]
    assert later.compare("PostgreSQL", "in process", "refresh", 6.0).split() == ["6.0", "new"]


def test_samples_count_for_the_innermost_layer(harness: Harness) -> None:
    with Sampler() as sampler:
        sampler.doing = "signature"
        until = time.process_time() + 0.2
        while time.process_time() < until:
            harness.services.keyring.sign({}, alg="RS256", typ=None)
        sampler.doing = ""
        until = time.process_time() + 0.05
        while time.process_time() < until:
            pass
    assert sampler.shares("signature")[CRYPTO] > 0.5
    assert sampler.shares("nothing") == {}
