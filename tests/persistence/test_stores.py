"""What stores promise beyond what whole requests show."""

import pytest

from idp.kernel.clock import DAY
from idp.persistence.executor import ReadOnly
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.throttles import Limit
from idp.persistence.users import NameTaken, User
from tests.support.concurrency import rush
from tests.support.harness import Harness

LIMIT = Limit(10, 900, 50, DAY, 100)


def add(harness: Harness, username: str, email: str | None = None) -> None:
    with harness.services.database.write() as tx:
        tx.users.add(User(id=f"id of {username}", username=username, email=email))


@pytest.mark.parametrize(
    "twin",
    ["JANE", "ｊａｎｅ", " jane", "ja\u200bne", "jane\u200d", "\ufeffjane", "ja\u00adne", "jane\u202e"],  # noqa: RUF001 - look-alikes are what it is about
)
def test_names_that_look_the_same_are_taken(harness: Harness, twin: str) -> None:
    add(harness, "jane")
    with pytest.raises(NameTaken):
        add(harness, twin)


@pytest.mark.parametrize("twin", ["JANE@example.test", "jane\uff20example.test", "ja\u200bne@example.test"])
def test_addresses_that_look_the_same_are_taken(harness: Harness, twin: str) -> None:
    add(harness, "jane", "jane@example.test")
    with pytest.raises(NameTaken):
        add(harness, "other", twin)


BOTH_FORMS = [
    ("jane@m\u00fcller.example", "jane@xn--mller-kva.example"),
    ("jane@M\u00dcLLER.example", "Jane@XN--MLLER-KVA.Example"),
    ("jane@mu\u0308ller.example", "jane@m\u00fcller\u3002example"),
    ("jane@stra\u00dfe.example", "jane@xn--strae-oqa.example"),
    ("jane@\u4f8b\u3048.\u30c6\u30b9\u30c8", "jane@xn--r8jz45g.xn--zckzah"),
]


@pytest.mark.parametrize(("one", "other"), BOTH_FORMS)
def test_both_forms_of_an_internationalised_domain_are_one_address(harness: Harness, one: str, other: str) -> None:
    """RFC 5890: A-labels and U-labels."""
    add(harness, "jane", one)
    with pytest.raises(NameTaken):
        add(harness, "other", other)
    with harness.services.database.read() as tx:
        for spelling in (one, other):
            found = tx.users.by_identifier(spelling)
            assert found is not None
            assert found.username == "jane"


def test_a_domain_spelt_with_two_letters_is_another_one() -> None:
    """IDNA 2008 has the sharp s; folding it to ss would send one person's mail to another."""
    assert lookup_key("jane@stra\u00dfe.example") != lookup_key("jane@strasse.example")


@pytest.mark.parametrize("name", ["kim@example.test", "kim\uff20example.test", "kim\ufe6bexample.test"])
def test_no_user_name_can_stand_for_an_address(harness: Harness, name: str) -> None:
    add(harness, "kim", "kim@example.test")
    with pytest.raises(NameTaken):
        add(harness, name)


@pytest.mark.parametrize(
    "name", ["Straße", "İstanbul", "ﬁre", "é", "e\u0301", "ᾳ", "\u0345", "ẞ@straße.example", "a@b@ü.example", "a@ü..x"]
)
def test_a_key_is_its_own_key(name: str) -> None:
    assert lookup_key(lookup_key(name)) == lookup_key(name)


def test_claims_at_once_are_counted_to_the_last(harness: Harness) -> None:
    def claim() -> bool:
        with harness.services.database.write() as tx:
            return tx.throttles.consume("code:user:jane:strangers", LIMIT)

    assert rush([claim] * 40).count(True) == 10


@pytest.mark.parametrize(("pause", "allowed"), [(899, 0), (900, 10)])
def test_a_window_ends_on_the_second(harness: Harness, pause: int, allowed: int) -> None:
    with harness.services.database.write() as tx:
        assert [tx.throttles.consume("bucket", LIMIT) for _ in range(11)].count(True) == 10
        assert not tx.throttles.has_capacity("bucket", LIMIT)
    harness.clock.advance(pause)
    with harness.services.database.write() as tx:
        assert tx.throttles.has_capacity("bucket", LIMIT) is bool(allowed)
        assert [tx.throttles.consume("bucket", LIMIT) for _ in range(11)].count(True) == allowed


def test_the_long_window_holds_when_short_ones_pass(harness: Harness) -> None:
    judged = 0
    for _ in range(20):
        with harness.services.database.write() as tx:
            judged += [tx.throttles.consume("bucket", LIMIT) for _ in range(10)].count(True)
        harness.clock.advance(900)
    assert judged == 50


def test_background_work_is_done_by_one_node_in_each_period(harness: Harness) -> None:
    def claim() -> bool:
        with harness.services.database.write() as tx:
            return tx.jobs.claim("purge", every=60)

    assert rush([claim] * 16).count(True) == 1
    harness.clock.advance(59)
    assert not claim()
    harness.clock.advance(1)
    assert rush([claim] * 16).count(True) == 1


def test_an_assertion_is_used_once(harness: Harness) -> None:
    def use() -> bool:
        with harness.services.database.write() as tx:
            return tx.replay.claim("app", "jti", harness.clock.now() + 60)

    assert rush([use] * 32).count(True) == 1


def test_what_fails_is_not_kept(harness: Harness) -> None:
    def fail() -> None:
        with harness.services.database.write() as tx:
            tx.throttles.consume("bucket", LIMIT)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with harness.services.database.read() as tx, pytest.raises(ReadOnly):
        tx.throttles.consume("bucket", Limit(1, 900, 50, DAY))
    with harness.services.database.write() as tx:
        assert tx.throttles.consume("bucket", Limit(1, 900, 50, DAY))


def test_a_reset_link_is_made_for_a_person_whom_mail_reaches(harness: Harness) -> None:
    jane, max_ = harness.person("jane"), harness.person("max", email=None)
    expires_at = harness.clock.now() + 60
    with harness.services.database.write() as tx:
        for user_id, made in ((jane.id, True), (max_.id, False), ("nobody", False)):
            assert tx.password_resets.make(user_id, user_id=user_id, flow_id="", expires_at=expires_at) is made


def test_ids_of_another_product_do_not_decide_whose_hashes_are_a_sample(harness: Harness) -> None:
    """Else names that nobody has would cost what imported hashes cost, and the others would show who is here."""
    with harness.services.database.write() as tx:
        for number in range(20):
            name = f"person{number:02}"
            imported = number % 2 == 0
            user_id, encoded = (f"00{number}", "$bcrypt$r=4$A$A") if imported else (f"x{number}", "$argon2id$A$A")
            tx.users.add(User(id=user_id, username=name, email=None, password_hash=encoded))
        found = tx.users.sample_password_hashes(10)
        assert found == tx.users.sample_password_hashes(10)
    assert {found.count("$bcrypt$r=4$A$A"), found.count("$argon2id$A$A")} == {5}
