"""A passkey in software: makes keys and signs, rightly or in whatever way a test asks for.

key = Authenticator(origin)
key.create(options)              the answer of navigator.credentials.create, as the script would send it
key.get(options)                 the answer of navigator.credentials.get
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.maker import SAME, Batch

USER_PRESENT, USER_VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, KEY_INCLUDED = 0x01, 0x04, 0x08, 0x10, 0x40
NO_MODEL = bytes(16)
"""The AAGUID of an authenticator that does not say what it is."""


@dataclass
class Authenticator:
    """`verifies`: it checks its owner. `counts`: it has a counter (`sign_count`). `synced`: it is backed up."""

    origin: str
    verifies: bool = True
    synced: bool = False
    counts: bool = False
    sign_count: int = 0
    user_handle: str | None = None
    batch: Batch | None = None
    id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any], **lies: Any) -> str:
        """A new key for these options; the maker of its `batch` vouches for it when it is asked to."""
        self.user_handle = options["user"]["id"]
        self.id = lies.get("made_id", os.urandom(32))
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        model = SAME if self.batch else NO_MODEL
        attested = model + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        client_data = self._client_data("webauthn.create", options["challenge"], **lies)
        data = self._data(KEY_INCLUDED, **lies) + attested
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        if options["attestation"] == "direct":
            statement |= {"fmt": "packed", "attStmt": self._vouch(data + hashlib.sha256(client_data).digest())}
        response = {"attestationObject": b64(cbor2.dumps(statement)), "clientDataJSON": b64(client_data)}
        return self._answer(response | {"transports": ["internal", "hybrid"]}, **lies)

    def get(self, options: dict[str, Any], **lies: Any) -> str:
        """A signature for these options; `lies` replace what a true answer would hold."""
        if self.counts:
            self.sign_count += 1
        data = self._data(**lies)
        client_data = self._client_data("webauthn.get", options["challenge"], **lies)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": b64(data),
            "clientDataJSON": b64(client_data),
            "signature": lies.get("signature", b64(signature)),
            "userHandle": lies.get("user_handle", self.user_handle),
        }
        return self._answer(response, **lies)

    def _vouch(self, said: bytes) -> dict[str, Any]:
        """A packed statement: by the batch's certificate, or by nothing but the key itself."""
        if self.batch:
            return {"alg": -7, "sig": self.batch.sign(said), "x5c": [self.batch.certificate]}
        return {"alg": -7, "sig": self.key.sign(said, ec.ECDSA(hashes.SHA256()))}

    def _data(self, flags: int = 0, **lies: Any) -> bytes:
        flags |= lies.get("present", USER_PRESENT)
        flags |= USER_VERIFIED if lies.get("verifies", self.verifies) else 0
        flags |= BACKUP_ELIGIBLE | BACKED_UP if lies.get("synced", self.synced) else 0
        rp_id = lies.get("rp_id", urlsplit(self.origin).hostname or "")
        count = lies.get("sign_count", self.sign_count)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + int(count).to_bytes(4, "big")

    def _client_data(self, kind: str, asked: str, **lies: Any) -> bytes:
        said = {
            "type": lies.get("type", kind),
            "challenge": lies.get("challenge", asked),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any], **lies: Any) -> str:
        raw_id = lies.get("raw_id", b64(self.id))
        return json.dumps({
            "id": lies.get("id", b64(self.id)),
            "rawId": raw_id,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        })  # fmt: skip


def b64(raw: bytes) -> str:
    """Base64url without padding, as browsers write it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
