"""The file store: bytes by content hash, never served from a guessable path."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEAD = 64 * 1024  # bytes by which a type is told


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file's bytes; `scan` is empty where no scanner is set up."""

    sha256: str
    size: int
    media_type: str = "application/octet-stream"
    scan: str = ""


@dataclass(slots=True)
class Incoming:
    """A file on its way into the store: whole on disk, not kept yet."""

    path: Path
    sha256: str
    size: int

    def head(self) -> bytes:
        """Give the first bytes."""
        with self.path.open("rb") as file:
            return file.read(HEAD)

    def keep(self) -> None:
        """Put it into the store; the same content is kept once."""
        target = _path(self.sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(target)


@contextmanager
def incoming(chunks: Iterable[bytes]) -> Iterator[Incoming]:
    """Copy chunks to the store's disk, hashing on the way; what is not kept by the end is gone.

    Memory holds one chunk, whatever the size.
    """
    root: Path = settings.FILES_DIR
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, prefix="incoming-", delete=False) as part:
        path = Path(part.name)
        try:
            digest, size = sha256(), 0
            for chunk in chunks:
                digest.update(chunk)
                size += part.write(chunk)
            part.flush()
            yield Incoming(path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)


def put(data: bytes) -> str:
    """Keep a file; the same content is kept once. Gives its SHA-256 in hex."""
    with incoming([data]) as file:
        file.keep()
        return file.sha256


def get(digest: str) -> bytes:
    """Give the bytes of a file."""
    return _path(digest).read_bytes()


def opened(digest: str) -> IO[bytes]:
    """Open a file for reading, piece by piece."""
    return _path(digest).open("rb")


def drop(digest: str) -> None:
    """Take a file out of the store; whoever asks has made sure that nothing names it."""
    _path(digest).unlink(missing_ok=True)


def _path(digest: str) -> Path:
    root: Path = settings.FILES_DIR
    return root / digest[:2] / digest[2:]
