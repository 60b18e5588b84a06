"""How a stored file is handed out, wherever it hangs."""

from __future__ import annotations

from django.http import FileResponse, Http404

from gongjian.apps.papers import files


def handed_out(sha256: str, name: str) -> FileResponse:
    """Hand a file out as an attachment, never to be shown in a page; the caller has looked at the right to it."""
    try:
        content = files.opened(sha256)
    except OSError:
        raise Http404 from None
    answer = FileResponse(
        content, as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
