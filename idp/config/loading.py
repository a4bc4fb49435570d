"""Load settings from the environment and a file; describe errors."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from idp.config.settings import Settings

PREFIX = "IDP_"
CONFIG_FILE = "IDP_CONFIG"
NO_FILE = f"{CONFIG_FILE} is not set: it names the file of settings. `idp demo` prints the path of its own."


class BadSettings(Exception):
    """The settings are invalid; the message names each one and the remedy, never its value."""


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Load the effective settings.

    Raises:
        BadSettings: names every setting that is missing, misspelt or out of range, and the remedy.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(environment.get(CONFIG_FILE, ""))
    given = {key: value for key, value in environment.items() if key.startswith(PREFIX) and key != CONFIG_FILE}
    values |= {key.removeprefix(PREFIX).lower(): value for key, value in given.items()}
    problems = [_unknown(name) for name in values if name not in Settings.model_fields]
    try:
        settings = Settings.model_validate({name: values[name] for name in values if name in Settings.model_fields})
    except ValidationError as error:
        problems += [_sentence(dict(problem)) for problem in error.errors()]
        if CONFIG_FILE not in environment and any(problem["type"] == "missing" for problem in error.errors()):
            problems.append(NO_FILE)
        raise BadSettings("\n".join(problems)) from None
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{CONFIG_FILE}: {path} cannot be read as TOML: {error}"
        raise BadSettings(message) from None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"; did you mean {variable(near[0])}?" if near else "; docs/reference/settings.md lists them all"
    return f"{variable(name)}: there is no such setting{hint}"


def _sentence(problem: Mapping[str, Any]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return message
    name = str(problem["loc"][0])
    if problem["type"] == "missing":
        return f"{variable(name)}: must be set. {Settings.model_fields[name].description}"
    return f"{variable(name)}: {message[:1].lower()}{message[1:]}"
