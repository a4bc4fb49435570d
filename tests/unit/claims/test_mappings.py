"""Claims of an app: what each source gives, and where it goes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.claims import mappings
from idp.claims.mappings import MOST_GROUPS, MOST_GROUPS_AT_USERINFO, ClaimMapping, Facts, Source, Target

JANE = Facts({"department": "Sales", "floor": 0, "manager": False, "sites": ["Paris", "Rome"]}, (
    ("g1", "grafana-admins"), ("g2", "grafana-editors"), ("g3", "staff"),
))  # fmt: skip


def value_of(facts: Facts = JANE, target: Target = Target.ID_TOKEN, **fields: Any) -> Any:  # noqa: ANN401 - of a claim
    """What the claim is; None when it is left out."""
    mapping = ClaimMapping("c", targets=(target,), **fields)
    return mappings.evaluate([mapping], target, ["openid"], facts).get("c")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"source": Source.CONSTANT, "value": "acme"}, "acme"),
        ({"source": Source.CONSTANT, "value": 0}, 0),
        ({"source": Source.CONSTANT, "value": "acme", "multiple": True}, ["acme"]),
        ({"source": Source.ATTRIBUTE, "attribute": "department"}, "Sales"),
        ({"source": Source.ATTRIBUTE, "attribute": "floor"}, 0),
        ({"source": Source.ATTRIBUTE, "attribute": "manager"}, False),
        ({"source": Source.ATTRIBUTE, "attribute": "sites"}, "Paris"),
        ({"source": Source.ATTRIBUTE, "attribute": "sites", "multiple": True}, ["Paris", "Rome"]),
        ({"source": Source.ATTRIBUTE, "attribute": "unknown"}, None),
        ({"source": Source.GROUPS, "multiple": True}, ["grafana-admins", "grafana-editors", "staff"]),
        ({"source": Source.GROUPS, "multiple": True, "prefix": "grafana-"}, ["grafana-admins", "grafana-editors"]),
        ({"source": Source.GROUPS, "multiple": True, "prefix": "grafana-", "strip_prefix": True},
         ["admins", "editors"]),
        ({"source": Source.GROUPS, "multiple": True, "prefix": "minio-"}, None),
        ({"source": Source.GROUP_VALUES, "values": (("g9", "no"), ("g2", "Editor"), ("g1", "Admin"))}, "Editor"),
        ({"source": Source.GROUP_VALUES, "values": (("g1", "a"), ("g2", "b"), ("g3", "a")), "multiple": True},
         ["a", "b"]),
        ({"source": Source.GROUP_VALUES, "values": (("g9", "no"),), "default": "Viewer"}, "Viewer"),
        ({"source": Source.GROUP_VALUES, "values": (("g9", "no"),)}, None),
    ],
)  # fmt: skip
def test_each_source(fields: dict[str, Any], expected: Any) -> None:  # noqa: ANN401 - of a claim
    assert value_of(**fields) == expected


def test_a_claim_goes_to_its_targets_alone_and_with_its_scope_alone() -> None:
    mapping = ClaimMapping("c", Source.CONSTANT, (Target.USERINFO,), value="x", scope="groups")
    assert mappings.evaluate([mapping], Target.USERINFO, ["openid", "groups"], JANE) == {"c": "x"}
    assert mappings.evaluate([mapping], Target.USERINFO, ["openid"], JANE) == {}
    assert mappings.evaluate([mapping], Target.ID_TOKEN, ["openid", "groups"], JANE) == {}


@pytest.mark.parametrize(
    ("target", "most"), [(Target.ID_TOKEN, MOST_GROUPS), (Target.USERINFO, MOST_GROUPS_AT_USERINFO)]
)
def test_too_many_groups_are_left_out_and_said_to_exist(target: Target, most: int) -> None:
    mapping = ClaimMapping("groups", Source.GROUPS, (target,), multiple=True)
    names = [(f"g{number}", f"n{number:05}") for number in range(most + 1)]
    full = mappings.evaluate([mapping], target, [], Facts({}, names[:most]))
    assert len(full["groups"]) == most
    assert mappings.evaluate([mapping], target, [], Facts({}, names)) == {"hasgroups": True}


TEXT = st.text(max_size=5)
STORED = st.builds(
    ClaimMapping,
    claim=TEXT,
    source=st.sampled_from(Source),
    targets=st.lists(st.sampled_from(Target), unique=True).map(tuple),
    multiple=st.booleans(),
    scope=TEXT,
    value=st.none() | TEXT | st.booleans() | st.integers(),
    attribute=TEXT,
    prefix=TEXT,
    strip_prefix=st.booleans(),
    values=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    default=TEXT,
)


@given(STORED, st.sampled_from(Target))
def test_what_is_stored_says_the_same_and_never_anything_empty(mapping: ClaimMapping, target: Target) -> None:
    (again,) = mappings.parse([mappings.to_stored(mapping)])
    found = mappings.evaluate([again], target, [mapping.scope], JANE)
    assert found == mappings.evaluate([mapping], target, [mapping.scope], JANE)
    assert all(value not in (None, "", []) for value in found.values())
