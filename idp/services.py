"""The services that use cases and views work with: one frozen bundle per application."""

from __future__ import annotations

from dataclasses import dataclass

from idp.config import Settings
from idp.factors.attestation import AttestationTrustAnchors
from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.hash_parameters import HashParameters
from idp.factors.hashing import Hasher
from idp.kernel.clock import Clock
from idp.kernel.entropy import Entropy
from idp.language.geoip import GeoIp
from idp.messaging.fetched_documents import FetchedDocuments
from idp.persistence.database import Database
from idp.signing.certificates import CertificateAuthorities
from idp.signing.keyring import Keyring
from idp.signing.sealing import Sealer


@dataclass(frozen=True)
class Services:
    """What `app.assemble` opens once, and every request shares."""

    settings: Settings
    clock: Clock
    entropy: Entropy
    database: Database
    keyring: Keyring
    sealer: Sealer
    hasher: Hasher
    hash_parameters: HashParameters
    geoip: GeoIp
    attestation_anchors: AttestationTrustAnchors
    certificate_authorities: CertificateAuthorities
    breached: BreachedPasswords | None
    client_keys: FetchedDocuments
    """From each `jwks_uri`."""
    documents: FetchedDocuments
    """Everything else: request objects, sector identifiers, logos."""
