"""The vault: what must not be readable in a dump of the database is sealed with keys outside it.

AES-256-GCM. The keys come from ``COINHUB_FIELD_KEYS``; the first one seals, all of them unseal, so
a key is replaced by putting a new one in front. A purpose is bound to everything that is sealed:
what was sealed as one thing does not open as another.
"""

import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

FORM = b"\x01"  # the layout below: form, length of the key's id, the id, nonce, ciphertext with tag
NONCE = 12
KEY = 32


class VaultError(Exception):
    """Something sealed does not open: changed, of another purpose, or its key is not here."""


def seal(data: bytes, *, purpose: str) -> bytes:
    """Encrypt with the first key; the same bytes never look the same twice."""
    master = next(iter(settings.FIELD_KEYS.values()))
    head = head_of_first_key()
    nonce = os.urandom(NONCE)
    cipher = AESGCM(_derived(master, "seal"))
    return head + nonce + cipher.encrypt(nonce, data, head + purpose.encode())


def head_of_first_key() -> bytes:
    """Give how everything begins that the first key of the list has sealed."""
    key_id = next(iter(settings.FIELD_KEYS))
    return FORM + bytes([len(key_id)]) + key_id.encode()


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Decrypt what ``seal`` made for the same purpose.

    Raises: VaultError.
    """
    if sealed[:1] != FORM or len(sealed) < 2:
        raise VaultError("this was not sealed here")
    start = 2 + sealed[1]
    head, nonce, body = sealed[:start], sealed[start : start + NONCE], sealed[start + NONCE :]
    master = settings.FIELD_KEYS.get(head[2:].decode("ascii", "replace"))
    if master is None:
        raise VaultError("the key this was sealed with is not in COINHUB_FIELD_KEYS")
    return _open(_derived(master, "seal"), nonce, body, head + purpose.encode())


def lookup(value: str, *, purpose: str) -> bytes:
    """Hash a value with a key, so that rows are found by it without holding it.

    The key derives from the last one of the list: a new key in front changes no hash. Drop the last
    key only when the hashes have been written again.
    """
    master = list(settings.FIELD_KEYS.values())[-1]
    message = f"{len(purpose)}:{purpose}:{value}".encode()
    return hmac.digest(_derived(master, "lookup"), message, "sha256")


def seal_file(data: bytes, *, purpose: str) -> tuple[bytes, bytes]:
    """Encrypt a file with a key of its own; give that key, sealed, and the encrypted file.

    Replacing the master key means to seal the short keys again, never the files.
    """
    key, nonce = AESGCM.generate_key(256), os.urandom(NONCE)
    return seal(key, purpose=purpose), nonce + AESGCM(key).encrypt(nonce, data, purpose.encode())


def unseal_file(sealed_key: bytes, sealed: bytes, *, purpose: str) -> bytes:
    """Decrypt what ``seal_file`` made for the same purpose.

    Raises: VaultError.
    """
    key = unseal(sealed_key, purpose=purpose)
    return _open(key, sealed[:NONCE], sealed[NONCE:], purpose.encode())


def _open(key: bytes, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, body, bound)
    except (InvalidTag, ValueError):  # ValueError: cut so short that the nonce is not whole
        raise VaultError("this was changed, or was sealed for another purpose") from None


@lru_cache(maxsize=32)
def _derived(master: bytes, use: str) -> bytes:
    info = f"coinhub {use} v1".encode()
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=info).derive(master)


class SealedTextField(models.BinaryField):  # type: ignore[type-arg]
    """Text that is sealed in the column and plain in Python; its purpose is the column's name.

    Nothing but emptiness can be asked of it in a query: keep a ``lookup`` beside it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    @property
    def purpose(self) -> str:
        """Name the column, to which what it holds is bound."""
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> str | None:
        """Unseal what was read."""
        return None if value is None else unseal(bytes(value), purpose=self.purpose).decode()

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal what is written."""
        sealed = None if value is None else seal(str(value).encode(), purpose=self.purpose)
        return super().get_db_prep_value(sealed, connection, prepared)

    def to_python(self, value: Any) -> Any:
        """Leave text as it is: it is no base64 here."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Refuse to be written out, as a dump of data would do."""
        raise VaultError(f"{self.purpose} is not written out in the clear")

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow no comparison: the same text is sealed differently each time."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
