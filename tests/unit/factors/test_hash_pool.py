"""Strangers cannot hold every thread, nor take the places of people who have proven something."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from idp.factors.hash_pool import RESERVED, HasherBusy, HashPool
from tests.support.concurrency import rush


def test_places_are_bounded_and_some_are_reserved() -> None:
    pool, go = HashPool(concurrency=1, queue=3), threading.Event()
    with ThreadPoolExecutor(10) as threads:
        strangers = [threads.submit(pool.run, go.wait, reserved=False) for _ in range(3)]
        while pool.has_room():
            pass
        with pytest.raises(HasherBusy):
            pool.run(go.wait, reserved=False)
        known = [threads.submit(pool.run, go.wait, reserved=True) for _ in range(RESERVED)]
        while pool.has_room(reserved=True):
            pass
        with pytest.raises(HasherBusy):
            pool.run(go.wait, reserved=True)
        go.set()
        assert all(each.result() for each in (*strangers, *known))
    assert pool.run(int, "7", reserved=False) == 7, "every place is given back"


def test_only_some_are_computed_at_a_time() -> None:
    pool, running, most = HashPool(concurrency=2, queue=8), threading.Semaphore(2), []

    def work() -> None:
        most.append(running.acquire(blocking=False))
        time.sleep(0.01)
        running.release()

    rush([partial(pool.run, work, reserved=False)] * 8)
    assert most == [True] * 8


def test_a_failing_hash_gives_its_place_back() -> None:
    pool = HashPool(concurrency=1, queue=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="invalid literal"):
            pool.run(int, "x", reserved=False)
    assert pool.has_room()
