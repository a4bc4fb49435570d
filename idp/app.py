"""The composition root: creates the services and the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from idp.account.pages import blueprints as account
from idp.config import Settings
from idp.consent.routes import blueprint as consent
from idp.console.pages import blueprint as console
from idp.development.mailbox import blueprint as development
from idp.factors.attestation import AttestationTrustAnchors
from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.hash_parameters import HashParameters
from idp.factors.hashing import Hasher
from idp.kernel.clock import DAY, Clock, SystemClock
from idp.kernel.entropy import SystemEntropy
from idp.kernel.resources import TEMPLATES
from idp.language.geoip import GeoIp
from idp.login.pages import blueprints as login
from idp.messaging.fetched_documents import FetchedDocuments
from idp.persistence.database import Database
from idp.protocol.backchannel.routes import backchannel
from idp.protocol.ciba.pages import blueprint as ciba
from idp.protocol.device.pages import blueprint as device
from idp.protocol.frontchannel_routes import PUBLISHED, frontchannel
from idp.protocol.session_management import session_management
from idp.recovery.pages import blueprints as recovery
from idp.registration.routes import blueprint as registration
from idp.services import Services
from idp.signing.certificates import CertificateAuthorities
from idp.signing.keyring import Keyring
from idp.signing.rotation import RotationPolicy
from idp.signing.sealing import Sealer
from idp.web import context, errors, headers, logs, pages, paths
from idp.web.published import PublishedDocuments
from idp.web.wsgi import EncodedQuery, FailureResponse, HostCheck

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_BODY = 128 * 1024
"""Bytes. Far more than any of our forms and token requests."""
MAX_FORM_FIELDS = 100


def assemble(settings: Settings, *, clock: Clock | None = None) -> Services:
    """Create the services; missing database and keys are created. Also used by the command line.

    Raises:
        UnsafeKeyFile: when another account on this machine could read a key.
        BadSettings: when a file named by a setting is unusable.
    """
    clock, entropy = clock or SystemClock(), SystemEntropy()
    sealer = Sealer.open(settings.keys_dir, entropy, now=clock.now())
    return Services(
        settings=settings,
        clock=clock,
        entropy=entropy,
        database=Database(settings.database, clock),
        keyring=open_keyring(settings, clock),
        sealer=sealer,
        hasher=Hasher.from_settings(settings),
        hash_parameters=HashParameters(sealer.pepper("hash parameters")),
        geoip=GeoIp.open(settings.places_file),
        attestation_anchors=AttestationTrustAnchors.open(settings.attestation_roots),
        certificate_authorities=CertificateAuthorities.open(settings.client_certificate_authorities),
        breached=BreachedPasswords.from_settings(settings.breached_passwords),
        client_keys=FetchedDocuments.from_settings(settings),
        documents=FetchedDocuments.from_settings(settings),
    )


def open_keyring(settings: Settings, clock: Clock) -> Keyring:
    """Open the signing keys, creating them if missing; raises `UnsafeKeyFile`."""
    hinted = settings.session_lifetime  # an app shows its ID token for as long: to sign somebody out, or as a hint
    own = DAY  # the longest life that an app may have for its own tokens, and the settings for all
    policy = RotationPolicy(
        period=settings.key_rotation_days * DAY,
        publish_ahead=settings.key_publish_ahead,
        longest_token=max(hinted, own),
    )
    return Keyring.open(settings.keys_dir, clock=clock, policy=policy)


def create_app(services: Services) -> Flask:
    """Create the WSGI application."""
    app = pages.Application("idp", template_folder=str(TEMPLATES), static_folder=str(TEMPLATES / "static"))
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_PARTS=MAX_FORM_FIELDS, MAX_FORM_MEMORY_SIZE=MAX_BODY)
    context.install(app, services)
    ids = logs.RequestIds(services.entropy, proxied=services.settings.trusted_proxies > 0)
    logs.install(app, ids)
    paths.install(app)
    pages.install(app)
    errors.install(app)
    for blueprint in (*login, *recovery, consent, device, ciba, frontchannel, backchannel, *account, console):
        app.register_blueprint(blueprint)
    if services.settings.session_management:
        app.register_blueprint(session_management)
    if services.settings.development:
        app.register_blueprint(development)
    if services.settings.client_registration != "off":
        app.register_blueprint(registration)
    app.after_request(headers.apply)
    outermost: WSGIApplication = PublishedDocuments(
        EncodedQuery(app.wsgi_app), app, PUBLISHED, version=services.keyring.jwks, ids=ids
    )
    outermost = HostCheck(outermost, app, services.settings)
    if hops := services.settings.trusted_proxies:
        # Without the exact number of proxies a caller could write its own address into X-Forwarded-For.
        outermost = ProxyFix(outermost, x_for=hops, x_proto=hops, x_host=hops)
    app.wsgi_app = FailureResponse(outermost, app)  # type: ignore[method-assign]  # how Flask documents wrapping
    return app
