"""Results of the doctor's checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CLOCK_TOLERANCE = 15
"""Seconds: half a TOTP time step."""


class Level(StrEnum):
    """Severity."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    """One result; `remedy` is empty when nothing needs to be done."""

    level: Level
    topic: str
    message: str
    remedy: str = ""
