"""What the measurements of pages share: the clock they read and the view they are held against."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from django.db import connection
from django.http import JsonResponse

from gongjian.apps.campaigns.models import Item


def floor(_request, campaign):
    """The reference: 100 filtered rows of one indexed table as JSON."""
    columns = ("code", "title", "state", "due", "progress", "light")
    rows = Item.objects.filter(campaign=campaign).order_by("code").values(*columns)[:100]
    return JsonResponse({"rows": list(rows)})


def processor() -> float:
    """Seconds on processors so far: this process, and its PostgreSQL server process."""
    spent = time.process_time()
    if connection.vendor == "postgresql":
        on_cpu = Path(f"/proc/{_server()}/schedstat").read_text(encoding="ascii").split()[0]
        spent += int(on_cpu) / 1e9
    return spent


@cache
def _server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]
