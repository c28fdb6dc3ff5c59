"""A passkey in software: adds itself to an account, and signs what a page or program asks for."""

import hashlib
import os
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from coinhub.users.models import User

HOST = "testserver"
FLAG = AuthenticatorData.FLAG


class Passkey:
    """One key on one device, for one site."""

    def __init__(self, host: str = HOST) -> None:
        self.host, self.origin = host, f"https://{host}"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.flags = FLAG.UP | FLAG.UV

    def add_to(self, user: User) -> "Passkey":
        """Become the user's, as the page for it would have it."""
        data = {"name": "Passkey", "credential": self.registration(os.urandom(32))}
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
        return self

    def registration(self, challenge: bytes) -> dict[str, Any]:
        """Answer what a page asks that adds a passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        made = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(self._site(), self.flags | FLAG.AT, 0, bytes(made))
        answer = {
            "clientDataJSON": self._client("webauthn.create", challenge),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", data, {}))),
        }
        return self._credential(answer) | {"clientExtensionResults": {}}

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer ``options`` as a browser does."""
        asked = options["publicKey"]
        assert websafe_encode(self.id) in [one["id"] for one in asked["allowCredentials"]]
        return self.answer(websafe_decode(asked["challenge"]))

    def answer(self, challenge: bytes, kind: str = "webauthn.get") -> dict[str, Any]:
        """Sign a challenge, whoever asks."""
        data = bytes(AuthenticatorData.create(self._site(), self.flags, 0))
        client = self._client(kind, challenge)
        signed = data + hashlib.sha256(websafe_decode(client)).digest()
        return self._credential(
            {
                "clientDataJSON": client,
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(SHA256()))),
            }
        )

    def _client(self, kind: str, challenge: bytes) -> str:
        made = CollectedClientData.create(type=kind, challenge=challenge, origin=self.origin)
        return websafe_encode(bytes(made))

    def _credential(self, answer: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"type": "public-key", "id": name, "rawId": name, "response": answer}

    def _site(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()
