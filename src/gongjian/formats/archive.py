"""Archives (docx, xlsx) are looked at before anything of them is unpacked into memory."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from gongjian.kernel.errors import PaperError

if TYPE_CHECKING:
    from gongjian.formats.read import Limits

_CHUNK = 1 << 16


def refuse_unsafe(data: bytes, limits: Limits) -> None:
    """Refuse what unpacks to too much, declares entities or is damaged.

    Raises PaperError: ``paper.zip_bomb``, ``paper.xml_entities``, ``paper.broken``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise PaperError("paper.broken") from error
    unpacked = 0
    for entry in entries:
        xml = entry.filename.endswith((".xml", ".rels"))
        try:
            with archive.open(entry) as stream:
                # Sizes in the directory can lie: count what really comes out, a chunk at a time.
                while chunk := stream.read(_CHUNK):
                    unpacked += len(chunk)
                    if unpacked > limits.max_unpacked_bytes:
                        raise PaperError("paper.zip_bomb", limit=limits.max_unpacked_bytes)
                    if xml and (b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk):
                        raise PaperError("paper.xml_entities")
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise PaperError("paper.broken") from error
