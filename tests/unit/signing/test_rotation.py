"""The life of a signing key, for every schedule of calls."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.signing.rotation import (
    KeyRecord,
    KeyState,
    Publish,
    Remove,
    RotationPolicy,
    keys_for_algorithm,
    plan,
    signing_key,
    survey,
)
from tests.support.jws import NOW

POLICY = RotationPolicy(algorithms=("ES256",))
AHEAD, EVERY = POLICY.publish_ahead, POLICY.period
RETIRED_FOR = POLICY.longest_token + POLICY.margin


@dataclass
class House:
    """Keys without the keys: does what a plan says and remembers everything that was ever signed."""

    policy: RotationPolicy
    now: int = NOW
    keys: list[KeyRecord] = field(default_factory=list)
    signed: list[tuple[str, int]] = field(default_factory=list)
    made: int = 0

    def rotate(self, *, force: bool = False, at_once: bool = False, algs: tuple[str, ...] | None = None) -> None:
        for action in plan(self.keys, self.now, self.policy, force=force, at_once=at_once, algs=algs):
            if isinstance(action, Publish):
                self.made += 1
                line = keys_for_algorithm(action.alg, self.keys)
                serial = line[-1].serial + 1 if line else 1
                self.keys.append(KeyRecord(f"k{self.made}", action.alg, serial, self.now, action.signs_from))
            else:
                self.keys = [key for key in self.keys if key.kid != action.kid]

    def sign(self) -> None:
        for alg in self.policy.algorithms:
            self.signed.append((signing_key(keys_for_algorithm(alg, self.keys), self.now).kid, self.now))

    def states(self, alg: str) -> list[KeyState]:
        return [status.state for status in survey(self.keys, self.now, self.policy) if status.key.alg == alg]


def established(signs_from: int = NOW) -> KeyRecord:
    return KeyRecord("k1", "ES256", 1, signs_from, signs_from)


def test_the_first_key_signs_at_once() -> None:
    assert plan([], NOW, POLICY) == [Publish("ES256", signs_from=NOW)]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, []),
        (EVERY - AHEAD - 1, []),
        (EVERY - AHEAD, [Publish("ES256", NOW + EVERY)]),
        (EVERY - 1, [Publish("ES256", NOW + EVERY - 1 + AHEAD)]),
        (10 * EVERY, [Publish("ES256", NOW + 10 * EVERY + AHEAD)]),
    ],
)
def test_the_next_key_is_published_a_day_before_it_signs_even_when_late(age: int, expected: list[Publish]) -> None:
    assert plan([established()], NOW + age, POLICY) == expected


def test_one_next_key_is_enough() -> None:
    keys = [established(), KeyRecord("k2", "ES256", 2, NOW, NOW + EVERY)]
    assert plan(keys, NOW + EVERY - 1, POLICY, force=True) == []


def test_force_publishes_now_and_signs_a_day_later() -> None:
    assert plan([established()], NOW + 5, POLICY, force=True) == [Publish("ES256", NOW + 5 + AHEAD)]


def test_emergency_signs_at_once_and_passes_over_the_waiting_key() -> None:
    house = House(POLICY)
    house.rotate()
    house.now += 100
    house.rotate(force=True)
    house.rotate(at_once=True)
    assert signing_key(keys_for_algorithm("ES256", house.keys), house.now).kid == "k3"
    house.now += AHEAD
    assert signing_key(keys_for_algorithm("ES256", house.keys), house.now).kid == "k3"
    assert house.states("ES256") == [KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE]


def test_two_emergencies_in_one_second_leave_the_last_key_signing() -> None:
    house = House(POLICY)
    for _ in range(3):
        house.rotate(at_once=True)
    assert signing_key(keys_for_algorithm("ES256", house.keys), house.now).kid == "k3"


def test_a_retired_key_goes_in_the_second_its_last_token_is_dead() -> None:
    successor = KeyRecord("k2", "ES256", 2, NOW, NOW + 1000)
    keys = [established(), successor]
    assert plan(keys, NOW + 1000 + RETIRED_FOR - 1, POLICY) == []
    assert plan(keys, NOW + 1000 + RETIRED_FOR, POLICY) == [Remove("ES256", "k1")]


def test_algorithms_rotate_independently() -> None:
    both = RotationPolicy(algorithms=("RS256", "ES256"))
    assert plan([established()], NOW, both) == [Publish("RS256", NOW)]
    assert plan([established()], NOW, both, at_once=True, algs=["ES256"]) == [Publish("ES256", NOW)]


def test_keys_of_an_algorithm_no_longer_wanted_are_left_alone() -> None:
    assert plan([established()], NOW + 10 * EVERY, RotationPolicy(algorithms=())) == []


def test_a_clock_set_back_still_finds_one_signer() -> None:
    keys = [established(), KeyRecord("k2", "ES256", 2, NOW, NOW + 1000)]
    assert signing_key(keys, NOW - EVERY).kid == "k1"
    assert [status.state for status in survey(keys, NOW - EVERY, POLICY)] == [KeyState.ACTIVE, KeyState.NEXT]


def test_survey_tells_until_when() -> None:
    keys = [
        KeyRecord("k1", "ES256", 1, NOW - 500, NOW - 500),
        KeyRecord("k2", "ES256", 2, NOW - 400, NOW - 100),
        KeyRecord("k3", "ES256", 3, NOW, NOW + 50),
    ]
    assert [(s.key.kid, s.state.value, s.until) for s in survey(keys, NOW, POLICY)] == [
        ("k1", "retired", NOW - 100 + RETIRED_FOR),
        ("k2", "active", NOW - 100 + EVERY),
        ("k3", "next", NOW + 50),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithms": ("HS256",)},
        {"algorithms": ("none",)},
        {"publish_ahead": 90 * 86400},
        {"publish_ahead": -1},
        {"longest_token": -1},
        {"margin": -1},
        {"rsa_bits": 1024},
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"cannot|must"):
        RotationPolicy(**wrong)  # type: ignore[arg-type]  # wrong on purpose


calls = st.tuples(
    st.one_of(st.integers(0, 200), st.integers(0, 40_000)),
    st.sampled_from(["wait", "schedule", "force", "at_once"]),
    st.sampled_from([None, ("ES256",), ("EdDSA",)]),
)
policies = st.builds(
    RotationPolicy,
    algorithms=st.just(("ES256", "EdDSA")),
    period=st.integers(1001, 9000),
    publish_ahead=st.integers(0, 1000),
    longest_token=st.integers(0, 20_000),
    margin=st.integers(0, 300),
)


@given(policies, st.lists(calls, max_size=40))
def test_every_schedule_keeps_one_signer_and_every_live_token_verifiable(
    policy: RotationPolicy, schedule: list[tuple[int, str, tuple[str, ...] | None]]
) -> None:
    house = House(policy)
    house.rotate()
    for wait, call, algs in schedule:
        house.now += wait
        house.sign()  # before the call: a late schedule has let keys come into force meanwhile
        if call != "wait":
            house.rotate(force=call == "force", at_once=call == "at_once", algs=algs)
        house.sign()
        kids = {key.kid for key in house.keys}
        for alg in policy.algorithms:
            states = house.states(alg)
            assert states.count(KeyState.ACTIVE) == 1
            assert states == sorted(states, key=[KeyState.RETIRED, KeyState.ACTIVE, KeyState.NEXT].index)
        for kid, signed_at in house.signed:
            if house.now < signed_at + policy.longest_token:
                assert kid in kids


@given(policies, st.lists(calls.filter(lambda call: call[1] != "at_once"), max_size=40))
def test_every_signer_but_the_first_was_published_long_enough_before(
    policy: RotationPolicy, schedule: list[tuple[int, str, tuple[str, ...] | None]]
) -> None:
    house = House(policy)
    house.rotate()
    published = {key.kid: key.created_at for key in house.keys}
    first = set(published)
    for wait, call, algs in schedule:
        house.now += wait
        if call != "wait":
            house.rotate(force=call == "force", algs=algs)
        published |= {key.kid: key.created_at for key in house.keys}
        house.sign()
    for kid, signed_at in house.signed:
        assert kid in first or signed_at >= published[kid] + policy.publish_ahead
