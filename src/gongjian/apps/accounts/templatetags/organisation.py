"""What has a name in both languages is called in the reader's."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from gongjian.apps.accounts.queries import called

register = template.Library()


@register.filter
def label(row: object) -> str:
    """Give the name of an org, a group, a post or a person in the reader's language."""
    return called(row, get_language() or "zh-hans")
