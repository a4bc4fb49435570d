"""Time that stands still until a test moves it."""


class FrozenClock:
    """A clock for `create_app`; starts at 2026-06-01T12:00:00Z."""

    def __init__(self, at: int = 1_780_315_200) -> None:
        self._at = at

    def now(self) -> int:
        return self._at

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._at += seconds
