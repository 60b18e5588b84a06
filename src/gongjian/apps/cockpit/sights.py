"""Who sees an item, and which of its fields have a history, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import AccessClass, Role
from gongjian.apps.cockpit.history import core_words
from gongjian.apps.cockpit.queries import lang

if TYPE_CHECKING:
    from gongjian.apps.campaigns.sight import Sight
    from gongjian.apps.cockpit.item_page import ItemPage


def sight_rows(sights: list[Sight]) -> list[dict[str, Any]]:
    """Give who can see an item, each role and reach in words."""
    reach = {
        "all": _("the whole campaign"),
        "org": _("%(org)s and all below it, which answers for the item"),
        "part": _("%(org)s and all below it, which has a part in the item"),
        "item": _("this item and what lies below it, nothing else"),
    }
    return [
        {
            "role": str(Role(s.role).label),
            "reach": reach[s.reach] % {"org": s.org.label(lang()) if s.org else ""},
            "n": len(s.people),
            "n_posts": s.n_posts,
        }
        for s in sights
    ]


def history_choices(page: ItemPage, chosen: str) -> list[tuple[str, str, bool]]:
    """Give the fields whose history may be looked at alone."""
    words = {**core_words(), **{f"f.{f.key}": f.label.of(lang()) for f in page.fields}}
    return [(key, word, key == chosen) for key, word in words.items()]


def class_word(access_class: str) -> str:
    """Give the word of an access class."""
    return str(AccessClass(access_class).label)
