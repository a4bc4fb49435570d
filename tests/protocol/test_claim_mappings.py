"""Claims that administrators added for a client, in real tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp.admin import Refused, attributes, claim_mappings, clients
from idp.admin.claim_mapping_rules import RESERVED
from idp.admin.permissions import COMMAND_LINE
from idp.persistence.attributes import Attribute, AttributeKind
from idp.persistence.groups import Group
from tests.support.back_channel import BackChannelClient
from tests.support.harness import Harness, Someone
from tests.support.statements import cost, parse_client

EVERYWHERE = ["id_token", "userinfo", "access_token"]
GROUPS = {"claim": "groups", "source": "groups", "targets": ["id_token", "userinfo"], "multiple": True}
POLICY = {
    "claim": "policy",
    "source": "group_values",
    "targets": EVERYWHERE,
    "values": [{"group": "MinIO admins", "value": "consoleAdmin"}, {"group": "Staff", "value": "readwrite"}],
    "default": "readonly",
}
DEPARTMENT = {"claim": "department", "source": "attribute", "attribute": "department", "targets": ["userinfo"]}
TENANT = {"claim": "https://example.com/tenant", "source": "constant", "value": "acme", "targets": ["id_token"]}


def add_claims(harness: Harness, *content: dict[str, Any], client_id: str = "web") -> None:
    """Adds claims as the command does."""
    with harness.services.database.write() as tx:
        client = clients.find(tx, client_id, lock=True)
        claim_mappings.replace_all(tx, COMMAND_LINE, client, claim_mappings.from_json(tx, list(content)))


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """A member of two groups, in a department."""
    someone = harness.person("jane", attributes={"department": "Sales"})
    with harness.services.database.write() as tx:
        attributes.declare(tx, COMMAND_LINE, Attribute("department", "Department", AttributeKind.TEXT))
        for group_id, name in (("g1", "MinIO admins"), ("g2", "Staff"), ("g3", "Others")):
            tx.groups.add(Group(group_id, name, name.lower()))
        for group_id in ("g2", "g1"):
            tx.groups.add_member(group_id, someone.id)
    return someone


def told(rp: BackChannelClient, person: Someone, **traits: Any) -> tuple[dict[str, Any], ...]:
    """The claims of ID token, userinfo and access token."""
    answer = rp.tokens(person, **traits)
    userinfo = rp.userinfo(answer["access_token"])
    assert userinfo.status_code == 200, userinfo.text
    return rp.claims_of(answer["id_token"], "JWT"), userinfo.json or {}, rp.claims_of(answer["access_token"])


def test_each_source_in_each_target(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    add_claims(harness, GROUPS, POLICY, DEPARTMENT, TENANT)
    id_token, userinfo, access_token = told(rp, jane)
    assert (id_token["groups"], id_token["policy"]) == (["MinIO admins", "Staff"], "consoleAdmin")
    assert id_token["https://example.com/tenant"] == "acme"
    assert "department" not in id_token
    added = {"groups": ["MinIO admins", "Staff"], "policy": "consoleAdmin", "department": "Sales"}
    assert userinfo == {"sub": jane.id, **added}
    assert access_token["policy"] == "consoleAdmin"
    assert not {"groups", "department"} & access_token.keys()


def test_an_app_without_claims_of_its_own_is_told_nothing_more(harness: Harness, jane: Someone) -> None:
    BackChannelClient(harness)
    add_claims(harness, GROUPS, POLICY)
    id_token, userinfo, access_token = told(BackChannelClient(harness, "other"), jane)
    assert userinfo == {"sub": jane.id}
    assert not {"groups", "policy"} & (id_token.keys() | access_token.keys())


def test_a_claim_may_depend_on_a_scope(harness: Harness, jane: Someone) -> None:
    rp = BackChannelClient(harness, scopes=["openid", "groups"])
    add_claims(harness, GROUPS | {"scope": "groups"})
    assert "groups" not in told(rp, jane, scopes=("openid",))[1]
    assert told(rp, jane, scopes=("openid", "groups"))[1]["groups"] == ["MinIO admins", "Staff"]


def test_a_change_counts_from_the_next_token_on(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    add_claims(harness, GROUPS, POLICY)
    answer = rp.tokens(jane)
    with harness.services.database.write() as tx:
        tx.groups.remove_member("g1", jane.id)
    assert (rp.userinfo(answer["access_token"]).json or {})["groups"] == ["Staff"]
    refreshed = rp.refresh(answer["refresh_token"]).json or {}
    assert rp.claims_of(refreshed["id_token"], "JWT")["policy"] == "readwrite"


def test_introspection_says_what_the_access_token_says(harness: Harness, rp: BackChannelClient, jane: Someone) -> None:
    add_claims(harness, GROUPS, POLICY)
    found = rp.introspect(rp.tokens(jane)["access_token"]).json or {}
    assert (found["policy"], "groups" in found) == ("consoleAdmin", False)


def test_two_hundred_groups_go_into_a_token_and_more_are_at_userinfo(harness: Harness, rp: BackChannelClient) -> None:
    add_claims(harness, GROUPS)
    joan = harness.person("joan")
    with harness.services.database.write() as tx:
        for number in range(200):
            tx.groups.add(Group(f"m{number}", f"n{number:03}", f"n{number:03}"))
            tx.groups.add_member(f"m{number}", joan.id)
    assert len(told(rp, joan)[0]["groups"]) == 200
    with harness.services.database.write() as tx:
        tx.groups.add(Group("one-more", "one more", "one more"))
        tx.groups.add_member("one-more", joan.id)
    id_token, userinfo, _ = told(rp, joan)
    assert ("groups" in id_token, id_token["hasgroups"]) == (False, True)
    assert len(userinfo["groups"]) == 201


@pytest.mark.usefixtures("rp")
@pytest.mark.parametrize("claim", sorted(RESERVED))
def test_a_claim_that_is_computed_here_cannot_be_added(harness: Harness, claim: str) -> None:
    with pytest.raises(Refused, match="Choose another name"):
        add_claims(harness, TENANT | {"claim": claim})


@pytest.mark.usefixtures("rp", "jane")
@pytest.mark.parametrize(
    "wrong",
    [
        {"claim": ""}, {"claim": "two words"}, {"targets": []}, {"targets": ["elsewhere"]}, {"source": "magic"},
        {"value": ""}, {"value": None}, {"value": ["a"]}, {"scope": "email:all"}, {"unknown": 1}, {"multiple": "yes"},
        {"source": "attribute", "attribute": "nothing"}, {"source": "group_values"}, {"value": "two\nlines"},
        {"source": "group_values", "values": [{"group": "Nowhere", "value": "x"}]},
        {"source": "group_values", "values": [{"group": "Staff"}]},
        {"source": "group_values", "values": [{"group": "Staff", "value": ""}]},
    ],
    ids=str,
)  # fmt: skip
def test_nonsense_is_refused(harness: Harness, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        add_claims(harness, TENANT | wrong)


@pytest.mark.usefixtures("rp")
def test_the_same_claim_twice_is_refused(harness: Harness) -> None:
    with pytest.raises(Refused, match="already"):
        add_claims(harness, TENANT, TENANT)


def test_a_group_under_the_name_of_a_removed_one_gives_nothing(
    harness: Harness, rp: BackChannelClient, jane: Someone
) -> None:
    add_claims(harness, POLICY)
    with harness.services.database.write() as tx:
        tx.groups.remove("g1")
        tx.groups.add(Group("new", "MinIO admins", "minio admins"))
        tx.groups.add_member("new", jane.id)
    assert told(rp, jane)[0]["policy"] == "readwrite"


@pytest.mark.parametrize(
    ("content", "more"), [((TENANT,), (0, 0)), ((GROUPS, POLICY, DEPARTMENT), (1, 1)), ((DEPARTMENT,), (0, 1))]
)
def test_claims_cost_one_statement_at_most(
    harness: Harness, rp: BackChannelClient, jane: Someone, content: tuple[Any, ...], more: tuple[int, int]
) -> None:
    """Beside test_statement_budgets: four for a code, one at userinfo."""
    add_claims(harness, *content)
    parse_client(harness, "web")
    code, token = rp.granted(jane), rp.tokens(jane)["access_token"]
    requests: tuple[Callable[[], TestResponse], ...] = (lambda: rp.redeem(code), lambda: rp.userinfo(token))
    assert [cost(harness, request)[0] for request in requests] == [4 + more[0], 1 + more[1]]
