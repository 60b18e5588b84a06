"""That a person has opened a notice: private to them, no fact of a campaign, in no event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.notices.models import NoticeRead
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope


def mark_read(seen: Scope, notices: Iterable[UUID]) -> None:
    """Remember that a person has opened notices; once is enough."""
    if seen.person_id is None:
        return
    at = clock.now()
    rows = [NoticeRead(notice_id=n, person_id=seen.person_id, at=at) for n in notices]
    NoticeRead.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
