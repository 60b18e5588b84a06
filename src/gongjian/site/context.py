"""What every page needs: who is signed in, whether this is the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from gongjian.apps.accounts.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the demonstration's users where there is one; nothing else is asked of the database."""
    if not settings.DEMO:
        return {"is_demo": False, "demo_people": []}
    return {
        "is_demo": True,
        "demo_people": Person.objects.filter(is_demo=True, is_active=True).order_by("pk"),
    }
