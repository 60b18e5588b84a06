"""How a person wants to be told: kept by themselves, no fact of a campaign, in no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.notices.models import Preference

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.apps.accounts.access import Scope


def preference_of(seen: Scope) -> Preference:
    """Give a person's wishes, or what holds where they have none: nothing but the inbox."""
    found = Preference.objects.filter(pk=seen.person_id).first()
    return found or Preference()


def keep(seen: Scope, wishes: dict[str, Any], language: str) -> None:
    """Keep a person's wishes; mails are written in the language in which they were said."""
    if seen.person_id is not None:
        Preference.objects.update_or_create(
            person_id=seen.person_id, defaults={**wishes, "language": language}
        )


def note_digest(wish: Preference, day: dt.date) -> None:
    """Remember that a day's digest was looked after, so that nobody asks again."""
    Preference.objects.filter(pk=wish.pk).update(digest_on=day)
