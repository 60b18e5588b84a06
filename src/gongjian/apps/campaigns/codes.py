"""Counters of item codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from gongjian.apps.campaigns.models import Register

if TYPE_CHECKING:
    from uuid import UUID


def reserve(register_id: UUID, n: int) -> int:
    """Take a block of numbers; the row stays locked until the action ends, gaps are lawful."""
    Register.objects.filter(pk=register_id).update(next_n=F("next_n") + n)
    return int(Register.objects.values_list("next_n", flat=True).get(pk=register_id)) - n
