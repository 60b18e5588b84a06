"""Jobs of the book: a full verification every night."""

from __future__ import annotations

import logging

from django_tasks import task

from gongjian.apps.ledger.verify import verify

log = logging.getLogger("gongjian.ledger")


@task()
def verify_book() -> dict[str, object]:
    """Verify the whole book; its outcome stays with the job and is told by `gongjian doctor`."""
    verdict = verify()
    faults = [f"{f.code} {f.table} {f.row} {f.field}".strip() for f in verdict.faults[:100]]
    if faults:
        log.error("the book was altered: %s", "; ".join(faults))
    return {"events": verdict.events, "rows": verdict.rows, "faults": faults}
