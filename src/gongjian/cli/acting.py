"""As whom the command line acts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gongjian.cli.words import complain, gettext

if TYPE_CHECKING:
    from gongjian.apps.ledger.book import Act


def act_as(user: str | None) -> Act:
    """Give an act of a person, or of the system where none is named; Django has been started."""
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.ledger.book import Act
    from gongjian.apps.ledger.models import SYSTEM
    from gongjian.lib.ids import new_id

    by = SYSTEM
    if user is not None:
        person = Person.objects.filter(username=user, is_active=True).first()
        if person is None:
            complain(gettext("There is no user %(user)s.") % {"user": user})
            sys.exit(1)
        by = person.pk
    return Act(request_id=str(new_id()), by=by)
