"""The file store: bytes by content hash, never served from a guessable path."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from pathlib import Path


def put(data: bytes) -> str:
    """Keep a file; the same content is kept once. Gives its SHA-256 in hex."""
    digest = sha256(data).hexdigest()
    path = _path(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    return digest


def get(digest: str) -> bytes:
    """Give the bytes of a file."""
    return _path(digest).read_bytes()


def _path(digest: str) -> Path:
    root: Path = settings.FILES_DIR
    return root / digest[:2] / digest[2:]
