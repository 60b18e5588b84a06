"""One process of the proof with many writers: prepare, write N, keep, or check."""

from __future__ import annotations

import json
import os
import random
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from gongjian.apps.accounts.models import Person  # noqa: E402
from gongjian.apps.campaigns import tally  # noqa: E402
from gongjian.apps.campaigns.models import Campaign, Item  # noqa: E402
from gongjian.apps.campaigns.recount import recount  # noqa: E402
from gongjian.apps.ledger.book import Act, Moved  # noqa: E402
from gongjian.apps.ledger.models import Event  # noqa: E402
from gongjian.apps.ledger.seal import seal  # noqa: E402
from gongjian.apps.ledger.verify import verify  # noqa: E402
from gongjian.apps.loop.actions import Words, report  # noqa: E402
from gongjian.apps.loop.models import Report  # noqa: E402
from tests.support.cast import make_cast  # noqa: E402

ITEMS = 12  # few, so that writers meet at the same rows


def prepare() -> None:
    call_command("migrate", verbosity=0)
    cast = make_cast()
    for n in range(ITEMS):
        cast.item(f"Item {n}", org=["works", "plan", "east", "west"][n % 4], battle=n % 2)


def write(who: int, each: int) -> dict[str, float]:
    rng = random.Random(who)  # repeatable
    office = Person.objects.get(username="office")
    codes = list(Item.objects.order_by("code").values_list("code", flat=True))
    met, begun, used = 0, time.monotonic(), time.process_time()
    for n in range(each):
        once = Act(request_id=f"w{who}-{n}", by=office.pk)
        code, words = rng.choice(codes), Words(f"{who}/{n}", share=rng.randrange(10_001))
        while True:
            item = Item.objects.select_related("campaign", "register").get(code=code)
            try:
                report(once, item, words, roles=frozenset({"office"}))
            except Moved:
                met += 1
                continue
            break
        if n % 5 == 0:  # a hasty hand: the same form once more
            item = Item.objects.select_related("campaign", "register").get(code=code)
            assert report(once, item, words, roles=frozenset({"office"})).repeated
    return {"met": met, "wall": time.monotonic() - begun, "cpu": time.process_time() - used}


def keep(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tally.fold(f"keeper-{os.getpid()}")
        seal(f"keeper-{os.getpid()}")
        time.sleep(0.05)


def check(expected: int) -> dict[str, object]:
    campaign = Campaign.objects.get()
    before = recount(campaign)
    tally.fold(f"keeper-{os.getpid()}")
    seal(f"keeper-{os.getpid()}")
    return {
        "reports": Report.objects.count(),
        "events": Event.objects.filter(action="loop.report").count(),
        "expected": expected,
        "differences": len(before) + len(recount(campaign)),
        "faults": [f.code for f in verify().faults],
    }


if __name__ == "__main__":
    step, *rest = sys.argv[1:]
    made = {"prepare": prepare, "write": write, "keep": keep, "check": check}[step](
        *[int(r) for r in rest]
    )
    print(json.dumps(made))  # noqa: T201
