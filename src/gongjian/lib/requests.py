"""What an edge takes from a request: who acts, by which request, what they may see."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile

from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from django.http import HttpRequest

_LONGEST = 64  # what an event keeps of a key
_DIGITS = 9  # more than a version ever has, fewer than a database cannot hold


def request_id(request: HttpRequest) -> str:
    """Give the id of this request: the form's hidden one, a header's, or a new one."""
    given = request.POST.get("request_id", "") or request.headers.get("Idempotency-Key", "").strip()
    if len(given) > _LONGEST or not given.isprintable():
        # Cut off, two long keys that begin alike would be one.
        return hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest()
    return given or str(new_id())


def sent_digest(request: HttpRequest) -> str:
    """Give a digest of all that a request says, where it has a key under which it may come again."""
    if not request.headers.get("Idempotency-Key", "").strip():
        return ""
    made = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    made.update(request.headers.get("If-Match", "").encode())
    if request.content_type != "multipart/form-data":
        made.update(request.body)
        return made.hexdigest()[:_LONGEST]
    for name, values in sorted(request.POST.lists()):
        made.update(f"{name}={values}\n".encode())
    for name, upload in sorted(request.FILES.items()):
        if isinstance(upload, UploadedFile):
            made.update(f"{name}={upload.name}\n".encode())
            for chunk in upload.chunks():
                made.update(chunk)
            upload.seek(0)
    return made.hexdigest()[:_LONGEST]


def whole(text: str) -> int | None:
    """Read a version, a page or a number of days as forms send them; None for what is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if is_number else None
