"""A sampling profiler: at every tick of CPU time it counts what is being done, and in which layer."""

import signal
import time
from collections import Counter
from types import FrameType
from typing import Self

from tests.bench.layers import layer_of

TICK = 0.004
"""Seconds of CPU time; most Linux kernels look no more often."""


class Sampler:
    """Counts ticks by `doing`, a name that its user sets, and by layer. For the main thread.

    A signal that comes while a C function runs is handled when that returns, and several become one. So a sample
    counts for all the ticks since the last one: a signature of 20 ms counts five times. Whoever runs at a tick is
    counted, so shares have no bias; with n samples a share p is off by about the square root of p (1 - p) / n.
    """

    def __init__(self) -> None:
        self.doing = ""
        self.ticks: Counter[tuple[str, str]] = Counter()
        self._last = 0

    def __enter__(self) -> Self:
        self._last = int(time.process_time() / TICK)
        signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
        return self

    def __exit__(self, *_reason: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)  # one may still be on its way

    def shares(self, doing: str) -> dict[str, float]:
        """Return each layer's share of the ticks; empty when there were none."""
        found = {layer: count for (name, layer), count in self.ticks.items() if name == doing}
        total = sum(found.values())
        return {layer: count / total for layer, count in found.items() if total}

    def _sample(self, _number: int, frame: FrameType | None) -> None:
        now = int(time.process_time() / TICK)
        if self.doing:
            self.ticks[self.doing, layer_of(frame)] += now - self._last
        self._last = now
