"""Customer data at rest: fields encrypted with AES-GCM, and a blind index that finds them by their exact value."""

import base64
import binascii
import hashlib
import hmac
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import StorageError

SEALED = "aes-gcm:"
"""Every encrypted field begins so; whatever does not was written without a key."""

_NONCE_BYTES = 12
_PUBLIC_KEY = b"earshot: a blind index without a key hides nothing"


class Cipher(Protocol):
    """Seals and opens text; `blind` maps equal text to equal digests, which reveal nothing else with a key."""

    def seal(self, text: str) -> str: ...

    def open(self, stored: str) -> str: ...

    def blind(self, text: str) -> str: ...


class PlainCipher:
    """Keeps text readable. The blind index is a plain fingerprint then, which anybody can recompute."""

    def seal(self, text: str) -> str:
        return text

    def open(self, stored: str) -> str:
        if stored.startswith(SEALED):
            raise StorageError("Customer data is encrypted here. Set EARSHOT_KEY to the key that it was stored with.")
        return stored

    def blind(self, text: str) -> str:
        return hmac.new(_PUBLIC_KEY, text.encode(errors="replace"), hashlib.sha256).hexdigest()


class KeyCipher:
    """Encrypts each field under a key of its own nonce; raises StorageError for what another key has sealed."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(_derived(key, b"earshot fields"))
        self._blind_key = _derived(key, b"earshot blind index")

    def seal(self, text: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        return SEALED + base64.b64encode(nonce + self._aead.encrypt(nonce, text.encode(), None)).decode()

    def open(self, stored: str) -> str:
        if not stored.startswith(SEALED):
            return stored
        try:
            sealed = base64.b64decode(stored.removeprefix(SEALED), validate=True)
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise StorageError(
                "A customer's field cannot be decrypted: it was altered, or stored with another EARSHOT_KEY."
            ) from None

    def blind(self, text: str) -> str:
        return hmac.new(self._blind_key, text.encode(errors="replace"), hashlib.sha256).hexdigest()


def cipher_of(key: bytes | None) -> Cipher:
    """Make the cipher for a key of any length, or for none."""
    return KeyCipher(key) if key else PlainCipher()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)
