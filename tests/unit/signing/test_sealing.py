"""Secrets at rest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.kernel.entropy import SystemEntropy
from idp.signing.private_files import BrokenKeyFile, KeyDirectory, UnsafeKeyFile
from idp.signing.sealing import SealBroken, Sealer
from tests.support.jws import NOW

SEED = b"a TOTP seed of twenty bytes"


def opened(path: Path) -> Sealer:
    return Sealer.open(path, SystemEntropy(), now=NOW)


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return opened(tmp_path / "keys")


def test_a_sealed_secret_opens_for_its_row_after_a_restart(sealer: Sealer, tmp_path: Path) -> None:
    sealed = sealer.seal(SEED, row="factors:1")
    assert SEED.hex() not in sealed
    assert opened(tmp_path / "keys").unseal(sealed, row="factors:1") == SEED


@pytest.mark.parametrize("row", ["factors:2", "", "factors:1 ", "users:1"])
def test_a_secret_moved_to_another_row_does_not_open(sealer: Sealer, row: str) -> None:
    sealed = sealer.seal(SEED, row="factors:1")
    with pytest.raises(SealBroken):
        sealer.unseal(sealed, row=row)


def test_no_bit_of_a_sealed_secret_can_be_changed(sealer: Sealer) -> None:
    sealed = sealer.seal(SEED, row="r").encode()
    for position in range(len(sealed)):
        for bit in range(7):
            bent = bytearray(sealed)
            bent[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                sealer.unseal(bent.decode(), row="r")


@pytest.mark.parametrize(
    "bend",
    [
        lambda _: "",
        lambda _: "..",
        lambda _: "1..",
        lambda s: s + ".",
        lambda s: s[:-8],
        lambda s: s[: s.rindex(".") + 1],
        lambda s: s[: s.rindex(".") + 1] + "AAAA",
        lambda s: "2" + s[1:],
        lambda s: s + "é",
    ],
)
def test_every_fault_looks_the_same(sealer: Sealer, bend: Callable[[str], str]) -> None:
    with pytest.raises(SealBroken) as refusal:
        sealer.unseal(bend(sealer.seal(SEED, row="r")), row="r")
    assert str(refusal.value) == "a sealed value does not open"
    assert refusal.value.__suppress_context__


@given(st.text(max_size=80))
def test_any_text_at_all_is_refused_in_good_order(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    sealer = opened(tmp_path_factory.getbasetemp() / "shared-keys")
    with pytest.raises(SealBroken):
        sealer.unseal(text, row="r")


@given(st.binary(max_size=200), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_bytes_for_any_row_come_back(tmp_path_factory: pytest.TempPathFactory, secret: bytes, row: str) -> None:
    sealer = opened(tmp_path_factory.getbasetemp() / "shared-keys")
    assert sealer.unseal(sealer.seal(secret, row=row), row=row) == secret


def test_the_same_secret_never_looks_the_same_twice(sealer: Sealer) -> None:
    assert len({sealer.seal(SEED, row="r") for _ in range(100)}) == 100


def test_a_new_key_seals_and_the_old_one_still_opens(sealer: Sealer) -> None:
    old = sealer.seal(SEED, row="r")
    before = sealer.prefix
    sealer.rotate(now=NOW + 1)
    new = sealer.seal(SEED, row="r")
    assert old.startswith(before)
    assert new.startswith(sealer.prefix)
    assert before != sealer.prefix
    assert sealer.unseal(old, row="r") == sealer.unseal(new, row="r") == SEED


def test_a_key_added_by_another_process_is_found_when_met(sealer: Sealer, tmp_path: Path) -> None:
    other = opened(tmp_path / "keys")
    other.rotate(now=NOW + 1)
    assert sealer.unseal(other.seal(SEED, row="r"), row="r") == SEED


def test_another_process_seals_with_the_new_key_at_once(sealer: Sealer, tmp_path: Path) -> None:
    other = opened(tmp_path / "keys")
    other.rotate(now=NOW + 1)
    assert sealer.seal(SEED, row="r").startswith(other.prefix)
    assert sealer.temporary_pepper("codes") == other.temporary_pepper("codes")


def test_a_process_goes_on_with_its_keys_while_the_file_is_missing(sealer: Sealer, tmp_path: Path) -> None:
    (tmp_path / "keys" / "sealing.json").rename(tmp_path / "moved")
    assert sealer.unseal(sealer.seal(SEED, row="r"), row="r") == SEED


def test_a_removed_key_opens_nothing_and_permanent_peppers_stay(sealer: Sealer, tmp_path: Path) -> None:
    old, pepper, temporary = sealer.seal(SEED, row="r"), sealer.pepper("ids"), sealer.temporary_pepper("codes")
    for at in (NOW + 1, NOW + 2):
        sealer.rotate(now=at)
        assert sealer.remove_old_keys() == 1
    new, again = sealer.seal(SEED, row="r"), opened(tmp_path / "keys")
    with pytest.raises(SealBroken):
        again.unseal(old, row="r")
    assert again.unseal(new, row="r") == SEED
    assert (again.old_keys, again.newest_at) == (0, NOW + 2)
    assert again.pepper("ids") == sealer.pepper("ids") == pepper
    assert again.temporary_pepper("codes") != temporary


def test_peppers_differ_by_label_and_outlive_rotation(sealer: Sealer, tmp_path: Path) -> None:
    pepper = sealer.pepper("codes")
    assert len(pepper) == 32
    assert pepper != sealer.pepper("addresses")
    sealer.rotate(now=NOW + 1)
    assert sealer.pepper("codes") == opened(tmp_path / "keys").pepper("codes") == pepper


def test_a_sealing_key_that_others_can_read_stops_the_start(sealer: Sealer, tmp_path: Path) -> None:
    sealer.seal(SEED, row="r")
    (tmp_path / "keys" / "sealing.json").chmod(0o644)
    with pytest.raises(UnsafeKeyFile, match="chmod 600"):
        opened(tmp_path / "keys")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"keys": []},
        {"keys": None},
        {"keys": ["x"]},
        {"keys": [{"kid": "a", "key": "AAAA"}]},
        {"keys": [{"kid": "a"}]},
        {"keys": [{"kid": "a", "created_at": 1, "key": "A" * 43}], "pepper_key": "AAAA"},
    ],
)
def test_a_spoilt_sealing_file_stops_the_start_and_is_never_replaced(tmp_path: Path, content: object) -> None:
    KeyDirectory(tmp_path / "keys")
    file = tmp_path / "keys" / "sealing.json"
    file.touch(0o600)
    file.write_text(json.dumps(content))
    with pytest.raises(BrokenKeyFile, match="Restore it"):
        opened(tmp_path / "keys")
    assert json.loads(file.read_text()) == content
