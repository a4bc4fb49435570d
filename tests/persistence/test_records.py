"""A row of each table is the arguments of its record."""

import dataclasses
import types
import typing
from typing import Any

import pytest
from sqlalchemy import Table

from idp.persistence import (
    apis,
    assertion_replay,
    attributes,
    audit_chain,
    audit_events,
    background_jobs,
    ciba_requests,
    client_logos,
    client_registrations,
    clients,
    consents,
    contact_changes,
    device_authorizations,
    devices,
    dpop_proofs,
    factors,
    figures,
    grants,
    groups,
    login_flows,
    outbox,
    passkey_challenges,
    password_resets,
    policy,
    pushed_requests,
    recovery_codes,
    refresh_tokens,
    registrations,
    revoked_tokens,
    roles,
    sent_codes,
    sessions,
    sign_in_alert_links,
    throttles,
    trusted_issuers,
    users,
)
from idp.persistence.schema import METADATA

RECORDS: dict[Table, type] = {
    apis.apis: apis.Api,
    ciba_requests.ciba_requests: ciba_requests.CibaRequest,
    trusted_issuers.trusted_issuers: trusted_issuers.TrustedIssuer,
    device_authorizations.device_authorizations: device_authorizations.DeviceAuthorization,
    assertion_replay.assertion_ids: assertion_replay.AssertionId,
    dpop_proofs.dpop_proofs: dpop_proofs.UsedProof,
    attributes.attributes: attributes.Attribute,
    audit_chain.audit_chain: audit_chain.ChainLink,
    audit_chain.audit_chain_state: audit_chain.ChainState,
    audit_events.audit_events: audit_events.AuditEvent,
    background_jobs.jobs: background_jobs.Job,
    client_logos.client_logos: client_logos.ClientLogo,
    client_registrations.client_registrations: client_registrations.ClientRegistration,
    client_registrations.initial_access_tokens: client_registrations.InitialAccessToken,
    clients.clients: clients.Client,
    consents.consents: consents.Consent,
    contact_changes.contact_changes: contact_changes.ContactChange,
    devices.browsers: devices.Browser,
    devices.devices: devices.Device,
    factors.factors: factors.Factor,
    figures.daily_counts: figures.DailyCount,
    figures.figures: figures.Figure,
    grants.grants: grants.Grant,
    refresh_tokens.refresh_tokens: refresh_tokens.RefreshToken,
    pushed_requests.pushed_requests: pushed_requests.PushedRequest,
    groups.groups: groups.Group,
    groups.group_members: groups.GroupMember,
    registrations.registrations: registrations.AccountRegistration,
    roles.role_grants: roles.RoleGrant,
    policy.policy_versions: policy.PolicyVersion,
    policy.policy_rules: policy.RuleRow,
    revoked_tokens.revoked_tokens: revoked_tokens.RevokedToken,
    login_flows.login_flows: login_flows.LoginFlowRow,
    outbox.outbox: outbox.OutboxMessage,
    passkey_challenges.webauthn_challenges: passkey_challenges.Challenge,
    password_resets.password_resets: password_resets.PasswordReset,
    recovery_codes.recovery_codes: recovery_codes.RecoveryCode,
    recovery_codes.recovery_sets: recovery_codes.RecoverySet,
    sent_codes.sent_codes: sent_codes.SentCode,
    sessions.sessions: sessions.Session,
    sign_in_alert_links.alert_links: sign_in_alert_links.AlertLink,
    throttles.throttles: throttles.Throttle,
    users.users: users.User,
}


def test_every_table_has_a_record() -> None:
    assert {table.name for table in RECORDS} == set(METADATA.tables)


@pytest.mark.parametrize("table", RECORDS, ids=lambda table: table.name)
def test_a_record_has_the_columns_of_its_table_in_their_order(table: Table) -> None:
    """With their types, and None only where the database accepts it."""
    record = RECORDS[table]
    hints = typing.get_type_hints(record)
    fields = [(field.name, *_type_and_optionality(hints[field.name])) for field in dataclasses.fields(record)]
    assert fields == [(column.name, column.type.python_type, column.nullable) for column in table.c]


@pytest.mark.parametrize("record", RECORDS.values(), ids=lambda record: record.__name__)
def test_a_record_cannot_be_edited(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]  # of every dataclass


def _type_and_optionality(hint: Any) -> tuple[type, bool]:  # noqa: ANN401 - what `get_type_hints` returns
    optional = isinstance(hint, types.UnionType)
    (kind,) = set(typing.get_args(hint)) - {types.NoneType} if optional else {hint}
    python_type = typing.get_origin(kind) or kind
    return object if python_type in {dict, list} else python_type, optional  # `object` is what JSON columns have
