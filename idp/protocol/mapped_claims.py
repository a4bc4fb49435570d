"""Claims that administrators added for a client: read what they need, at most one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from idp.claims import mappings
from idp.claims.mappings import NO_FACTS, Facts, Target
from idp.persistence.transaction import Transaction

OF_TOKENS = (Target.ACCESS_TOKEN, Target.ID_TOKEN)
OF_USERINFO = (Target.USERINFO,)


def read_claims(
    tx: Transaction,
    stored: Sequence[Mapping[str, Any]],
    user_id: str,
    *,
    scopes: Collection[str],
    targets: Collection[Target],
) -> dict[Target, dict[str, Any]]:
    """Return the claims of each target; no statement for a client without mappings, or with constants alone."""
    wanted = mappings.applicable(mappings.parse(stored), targets, scopes) if stored else []
    facts = Facts(*tx.groups.with_attributes(user_id)) if mappings.needs_facts(wanted) else NO_FACTS
    return {target: mappings.evaluate(wanted, target, scopes, facts) for target in targets}


def names_in_access_tokens(stored: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the names of added claims that an access token may have."""
    names = {each.claim for each in mappings.parse(stored) if Target.ACCESS_TOKEN in each.targets} if stored else set()
    return names | {mappings.HAS_GROUPS} if names else names
