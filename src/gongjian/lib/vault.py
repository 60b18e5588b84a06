"""Personal fields under a key of their own per case: ciphertext in rows, changes, leaves and backups.

The installation's key wraps the case keys and is in no database; destroying a case key destroys what
it kept, wherever copies of the ciphertext lie.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE = 12  # bytes, as AES-GCM wants it


class Unreadable(Exception):  # noqa: N818  # a state of the field, told as such
    """The key was destroyed, or it is another installation's."""


@cache
def _derived(vault_key: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"gongjian {purpose}".encode())
    return kdf.derive(vault_key.encode())


def _sealed(key: bytes, plain: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def _opened(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode())
    except InvalidTag as error:
        raise Unreadable from error


def new_key(bound_to: str) -> tuple[bytes, bytes]:
    """Make a case key; gives it plain and wrapped, bound to the case's id."""
    key = AESGCM.generate_key(bit_length=256)
    return key, _sealed(_derived(settings.VAULT_KEY, "wrap"), key, bound_to)


def unwrap(wrapped: bytes, bound_to: str) -> bytes:
    """Give a case key back; raises Unreadable where the installation's key is another one."""
    return _opened(_derived(settings.VAULT_KEY, "wrap"), wrapped, bound_to)


def seal(key: bytes, text: str, bound_to: str) -> str:
    """Encrypt a text, bound to the case and field it belongs to."""
    return base64.b64encode(_sealed(key, text.encode(), bound_to)).decode("ascii")


def unseal(key: bytes, sealed: str, bound_to: str) -> str:
    """Decrypt a text; raises Unreadable where it was moved to another case or field."""
    return _opened(key, base64.b64decode(sealed), bound_to).decode()


def mark(text: str, field: str) -> str:
    """Give what equal texts of a field have in common: found by equality, never sorted or read."""
    key = _derived(settings.VAULT_KEY, "mark")
    bare = "".join(text.split()).casefold()
    return hmac.new(key, f"{field}\0{bare}".encode(), sha256).hexdigest()
