"""Software that others wrote, installed for a test: once per machine, in a cache outside the repository."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = Path(__file__).parent / "python_apps"
GO_PROXY = Path(__file__).parent / "go_proxy"
INSTALL_SECONDS = 240.0
"""A first time may take this long; what was downloaded and built until then is kept for the next."""


def python_with(name: str) -> Path:
    """The interpreter of a virtual environment that holds exactly the packages of `python_apps/<name>.lock`."""
    lock = LOCKS / f"{name}.lock"
    version = hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "countersign-tests"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"{name}-{version}"
    python, complete = folder / "bin" / "python", folder / "complete"
    with (cache / f"{name}.locked").open("w") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        if not complete.exists():
            for old in cache.glob(f"{name}-*"):
                shutil.rmtree(old)
            _install(name, sys.executable, "-m", "venv", "--without-pip", folder)
            pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile", "--no-deps")
            _install(name, *pip, "--only-binary", ":all:", "--require-hashes", "-r", lock)
            complete.touch()
    return python


def go_program(module: str) -> Path:
    """A program of the module in `go_proxy`, built into the cache of Go."""
    if not shutil.which("go"):
        pytest.skip(f"{module} needs Go on the PATH to be built")
    return Path(_install(module, "go", "tool", "-n", module, cwd=GO_PROXY).strip())


def _install(name: str, *command: str | Path, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{name} could not be installed within {INSTALL_SECONDS:.0f} seconds")
    if done.returncode:
        pytest.skip(f"{name} could not be installed: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout
