"""Apps on npm libraries of relying parties: each is a script whose person's browser is on the other side of a pipe."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_person import HttpPerson

SOURCES = Path(__file__).parent / "node"
NEEDED = "npm's libraries need Node 20 or newer with npm on the PATH; the other relying parties were tried without it"


def install(folder: Path, sources: Path = SOURCES) -> Path:
    """Copy scripts beside their locked dependencies; npm's own cache makes the second time quick."""
    if not _has_node():
        pytest.skip(NEEDED)
    shutil.copytree(sources, folder, ignore=shutil.ignore_patterns("node_modules"))
    command = ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def run(script: Path, asked: dict[str, Any], person: HttpPerson) -> dict[str, Any]:
    """Let the app send the person to us and have them back."""
    with subprocess.Popen(
        ["node", script, json.dumps(asked)],
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout
        assert node.stderr
        first = node.stdout.readline()
        assert first, node.stderr.read()
        person.get(json.loads(first)["go"])
        person.sign_in()
        output, errors = node.communicate(person.at + "\n", timeout=180)
        assert node.returncode == 0, errors
        found: dict[str, Any] = json.loads(output)
        return found


def _has_node() -> bool:
    """Whether there is a Node the library runs on."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.removeprefix("v").partition(".")[0] or 0) >= 20
