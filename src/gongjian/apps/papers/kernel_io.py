"""The seam: a Document of the kernel to the columns of a paper and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.kernel.model.document import Block, BlockKind, Document, Repair, RepairKind, Span

if TYPE_CHECKING:
    from gongjian.apps.papers.models import Paper


def reading_of(document: Document) -> dict[str, Any]:
    """Give blocks, repairs and encoding as JSON."""
    return {
        "encoding": document.encoding,
        "blocks": [
            [
                b.kind.value,
                b.span.start,
                b.span.end,
                b.level,
                [[c.start, c.end] for c in b.cells],
                b.place,
                b.is_header,
            ]
            for b in document.blocks
        ],
        "repairs": [
            [
                r.kind.value,
                r.span.start,
                r.span.end,
                r.source.start,
                r.source.end,
                r.before,
                r.after,
                r.certain,
            ]
            for r in document.repairs
        ],
    }


def blocks_of(paper: Paper) -> tuple[Block, ...]:
    """Give the blocks of a paper."""
    return tuple(
        Block(BlockKind(k), Span(a, b), level, tuple(Span(*c) for c in cells), place, header)
        for k, a, b, level, cells, place, header in paper.reading.get("blocks", ())
    )


def repairs_of(paper: Paper) -> tuple[Repair, ...]:
    """Give the repairs of a paper."""
    return tuple(
        Repair(RepairKind(k), Span(a, b), Span(c, d), before, after, certain)
        for k, a, b, c, d, before, after, certain in paper.reading.get("repairs", ())
    )
