"""Papers come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.ledger.book import Book, action
from gongjian.apps.papers import files
from gongjian.apps.papers.kernel_io import reading_of
from gongjian.apps.papers.models import Paper, StoredFile

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.kernel.model.document import Document


@action("papers.receive")
def receive(
    book: Book, data: bytes, name: str, document: Document, received_on: dt.date
) -> dict[str, Any]:
    """Keep a paper: its bytes, its text, its repairs. The same bytes twice make two papers, one file."""
    digest = files.put(data)
    stored = StoredFile.objects.filter(sha256=digest).first()
    if stored is None:
        stored = StoredFile(sha256=digest, size=len(data), media_type=media_type(data))
        book.insert(stored)
    paper = Paper(
        file=stored,
        name=name[-200:],
        title=(document.title or "")[:300],
        received_on=received_on,
        published_on=document.published_on,
        text=document.text,
        reading=reading_of(document),
    )
    book.insert(paper)
    return {"paper": str(paper.pk)}


def media_type(data: bytes) -> str:
    """Tell a file's type by its content."""
    import puremagic  # noqa: PLC0415  # its table costs 50 ms, only uploads pay

    try:
        return str(puremagic.from_string(data, mime=True)) or "text/plain"
    except (puremagic.PureError, ValueError):
        return "text/plain"
