"""How long the rows of each table are kept, for purging, its documentation and its tests."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, func, select

from idp.kernel.clock import DAY, HOUR
from idp.persistence.apis import apis
from idp.persistence.assertion_replay import assertion_ids
from idp.persistence.attributes import attributes
from idp.persistence.audit_chain import audit_chain, audit_chain_state
from idp.persistence.audit_events import audit_events
from idp.persistence.background_jobs import jobs
from idp.persistence.ciba_requests import ciba_requests
from idp.persistence.client_logos import client_logos
from idp.persistence.client_registrations import client_registrations, initial_access_tokens
from idp.persistence.clients import clients
from idp.persistence.consents import consents
from idp.persistence.contact_changes import contact_changes
from idp.persistence.device_authorizations import device_authorizations
from idp.persistence.devices import browsers, devices
from idp.persistence.dpop_proofs import dpop_proofs
from idp.persistence.factors import factors
from idp.persistence.figures import daily_counts, figures
from idp.persistence.grants import grants
from idp.persistence.groups import group_members, groups
from idp.persistence.login_flows import login_flows
from idp.persistence.outbox import outbox
from idp.persistence.passkey_challenges import webauthn_challenges
from idp.persistence.password_resets import password_resets
from idp.persistence.policy import policy_rules, policy_versions
from idp.persistence.pushed_requests import pushed_requests
from idp.persistence.recovery_codes import recovery_codes, recovery_sets
from idp.persistence.refresh_tokens import refresh_tokens
from idp.persistence.registrations import registrations
from idp.persistence.revoked_tokens import revoked_tokens
from idp.persistence.roles import role_grants
from idp.persistence.row_lives import NOT_BY_STRANGERS, Erasure, Life, Retention
from idp.persistence.sent_codes import sent_codes
from idp.persistence.sessions import sessions
from idp.persistence.sign_in_alert_links import alert_links
from idp.persistence.throttles import throttles
from idp.persistence.trusted_issuers import trusted_issuers
from idp.persistence.users import users

BROWSER_RETENTION = 400 * DAY
"""Seconds after which an unused browser is unknown; also the longest cookie lifetime in browsers."""
OUTBOX_RETENTION = 30 * DAY
"""Seconds that a message is kept as a record, without its content; also one of a channel that was switched off."""
COUNT_RETENTION = 400 * DAY
"""Seconds that the counts of a day are kept."""


def _audit_is_over(at: Retention) -> ColumnElement[bool]:
    return audit_events.c.at < at.now - at.audit_days * DAY if at.audit_days else false()


def _change_is_over(at: Retention) -> ColumnElement[bool]:
    no_undo = func.coalesce(contact_changes.c.undo_until < at.now, contact_changes.c.made_at.is_(None))
    return (contact_changes.c.expires_at < at.now) & no_undo


def _grant_is_over(at: Retention) -> ColumnElement[bool]:
    return grants.c.expires_at < at.now - DAY


LIVES = (
    Life(
        users,
        "people",
        "for ever; when an account is closed, only its `sub` stays; it is never used for another person",
    ),
    Life(factors, "people", "the person removes it, or the account is closed"),
    Life(recovery_sets, "people", "new codes replace it, the second step is turned off, or the account is closed"),
    Life(recovery_codes, "people", "its set ends"),
    Life(
        consents,
        "people and apps",
        "the person withdraws it (which is kept of an app that assertions would connect again), the app is removed, "
        "or the account is closed",
    ),
    Life(
        clients,
        "apps",
        "an administrator removes it; one that registered itself goes by itself or after `unused_client_days` unused",
        bounded_by="none unless `client_registration` permits it; `registrations_per_network` in an hour, and "
        "`registrations_per_day`",
    ),
    Life(client_registrations, "apps that register themselves", "its app is removed", bounded_by="one for each app"),
    Life(
        initial_access_tokens,
        "initial access tokens that administrators make",
        "its expiry, or an administrator removes it",
        lambda at: initial_access_tokens.c.expires_at < at.now,
    ),
    Life(client_logos, "apps", "an administrator removes it, or the app"),
    Life(apis, "APIs", "an administrator removes it"),
    Life(trusted_issuers, "issuers that administrators trust", "an administrator removes it"),
    Life(attributes, "attributes of people that administrators declare", "an administrator removes it"),
    Life(groups, "groups", "an administrator removes it"),
    Life(group_members, "people and groups", "the member or the group is removed, or the account is closed"),
    Life(role_grants, "administrators", "an owner withdraws it, or its holder is removed"),
    Life(policy_versions, "changes of the policy", "for ever: each can be returned to"),
    Life(policy_rules, "changes of the policy", "for ever, with their version"),
    Life(jobs, "nothing: one row for each periodic job", "for ever"),
    Life(figures, "nothing: one row for each figure of the overview", "it is counted again"),
    Life(
        daily_counts,
        "days: one row for each kind of event",
        "400 days",
        lambda at: daily_counts.c.counted_at < at.now - COUNT_RETENTION,
    ),
    Life(
        login_flows,
        "sign-ins",
        "an hour after its end (`login_lifetime`), so that a late request gets the right answer",
        lambda at: login_flows.c.expires_at < at.now - HOUR,
        "`login_flows_per_network` in 15 minutes; at most 20 of a browser are open; a request has at most 6144 bytes",
    ),
    Life(
        device_authorizations,
        "sign-ins of devices without a keyboard",
        "an hour after its expiry, so that a late poll gets the right answer",
        lambda at: device_authorizations.c.expires_at < at.now - HOUR,
        "100 of a network in 15 minutes, 1000 in a day",
    ),
    Life(
        ciba_requests,
        "sign-ins that apps ask for themselves (CIBA)",
        "an hour after its expiry, so that a late poll gets the right answer; when the account is closed",
        lambda at: ciba_requests.c.expires_at < at.now - HOUR,
        "clients that prove themselves; `throttle_per_quarter_hour` for a name, and 6000 of a client in 15 minutes",
    ),
    Life(
        pushed_requests,
        "pushed authorization requests",
        "a day after its expiry, which is the longest that a sign-in may take",
        lambda at: pushed_requests.c.expires_at < at.now - DAY,
        "clients that prove themselves, and did not register themselves; of others `login_flows_per_network` in 15 "
        "minutes; one has at most 6144 bytes",
    ),
    Life(
        sessions,
        "sign-ins",
        "sign-out, `session_idle` without use, or `session_lifetime`",
        lambda at: (sessions.c.expires_at < at.now) | (sessions.c.last_seen_at < at.now - at.session_idle),
    ),
    Life(
        webauthn_challenges,
        "sign-ins with a passkey",
        "its expiry",
        lambda at: webauthn_challenges.c.expires_at < at.now,
        "one for each login flow",
    ),
    Life(
        sent_codes,
        "codes by message",
        "a day after its expiry, since its tries are still counted",
        lambda at: sent_codes.c.expires_at < at.now - DAY,
        "the password is proven first; one row for each login flow and channel; the limits of codes",
    ),
    Life(
        refresh_tokens,
        "refreshes",
        "its grant ends; used ones are kept, so that a replay is noticed",
        lambda at: refresh_tokens.c.grant_id.in_(select(grants.c.id).where(_grant_is_over(at))),
    ),
    Life(
        grants,
        "sign-ins to apps",
        "a day after `refresh_token_lifetime`, or the app's own, revoked or not",
        _grant_is_over,
    ),
    Life(
        revoked_tokens,
        "access tokens revoked one by one",
        "the token would have expired",
        lambda at: revoked_tokens.c.expires_at < at.now,
    ),
    Life(
        assertion_ids,
        "requests with `private_key_jwt` or `client_secret_jwt`",
        "the assertion expires",
        lambda at: assertion_ids.c.expires_at < at.now,
    ),
    Life(
        dpop_proofs,
        "requests with DPoP",
        "the proof is too old to be used",
        lambda at: dpop_proofs.c.expires_at < at.now,
        NOT_BY_STRANGERS + ": code, token or secret is checked first",
    ),
    Life(
        password_resets,
        "requests for a link",
        "its expiry, or a sign-in with the password",
        lambda at: password_resets.c.expires_at < at.now,
        "none for names that nobody has; the limits of links for a person, and for a network",
    ),
    Life(
        registrations,
        "requests for an account",
        "the account is created, or its expiry",
        lambda at: registrations.c.expires_at < at.now,
        "the limits of links for a network and for an address; none unless the policy lets strangers create accounts",
    ),
    Life(alert_links, "notices by mail", "its expiry", lambda at: alert_links.c.expires_at < at.now),
    Life(
        contact_changes,
        "changes of address or number",
        "its expiry, and of one that was made the end of the time to undo it",
        _change_is_over,
    ),
    Life(
        throttles,
        "names and networks that are tried",
        "a day after the last window began; failed codes in a row until a right one or an administrator's reset",
        lambda at: (throttles.c.long_started_at < at.now - DAY) & (throttles.c.in_a_row == 0),
        "names: two rows each, within the limits of wrong passwords and links of a network; failures: one row for each "
        "kind and person, client or network",
    ),
    Life(
        outbox,
        "messages",
        "30 days; once it is delivered its content is gone and its address masked, and codes and links go in any case",
        lambda at: outbox.c.created_at < at.now - OUTBOX_RETENTION,
        "none for names that nobody has; the limits of links and codes for a person",
    ),
    Life(
        devices,
        "browsers of a person",
        "400 days without use, or the account is closed",
        lambda at: devices.c.last_seen_at < at.now - BROWSER_RETENTION,
    ),
    Life(
        browsers,
        "browsers",
        "nobody has a device there, and a day has passed without use",
        lambda at: (browsers.c.last_seen_at < at.now - DAY) & ~exists().where(devices.c.browser_id == browsers.c.id),
        "one for each finished sign-in",
    ),
    Life(
        audit_events,
        "everything",
        "`audit_retention_days` (0: for ever)",
        _audit_is_over,
        "in an hour 10 failures of a kind of a network, 50 of a person or client, and each power of ten after that",
    ),
    Life(audit_chain, "everything", "its event is deleted"),
    Life(audit_chain_state, "nothing: one row", "for ever"),
)
"""In the order of purging: what hangs on other rows comes before them."""

ERASURES = (
    Erasure(
        "readable_codes",
        recovery_sets,
        ("sealed_codes",),
        lambda at: (
            false()
            if at.keep_codes
            else recovery_sets.c.acknowledged_at.is_not(None) & recovery_sets.c.sealed_codes.is_not(None)
        ),
    ),
    Erasure(
        "remembered",
        devices,
        ("trusted_at", "trusted_until", "trust_epoch"),
        lambda at: devices.c.trusted_until <= at.now,
    ),
)
"""Copies of recovery codes that may no longer be shown; the trust in a device that is no longer remembered."""
