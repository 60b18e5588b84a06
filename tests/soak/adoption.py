"""One process of the proof with an adoption: prepare N, adopt, carry, undo, check."""

from __future__ import annotations

import json
import os
import sys
import time
from hashlib import sha256

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from gongjian.apps.campaigns import tally  # noqa: E402
from gongjian.apps.campaigns.actions import adopt, import_items, undo_adoption  # noqa: E402
from gongjian.apps.campaigns.actions import playbooks as actions  # noqa: E402
from gongjian.apps.campaigns.models import Adoption, Campaign, Item  # noqa: E402
from gongjian.apps.campaigns.recount import recount  # noqa: E402
from gongjian.apps.ledger.book import Act  # noqa: E402
from gongjian.apps.ledger.models import Change  # noqa: E402
from gongjian.apps.ledger.seal import seal  # noqa: E402
from gongjian.apps.ledger.verify import verify  # noqa: E402
from gongjian.playbooks.load import text_of  # noqa: E402
from tests.support import plays  # noqa: E402
from tests.support.cast import act, make_cast  # noqa: E402

STATES = ("counting", "counting", "spotted", "filed")


def prepare(n: int) -> dict[str, int]:
    call_command("migrate", verbosity=0)
    orgs = list(make_cast().orgs.values())
    campaign, register = plays.census()
    for first in range(0, n, 5000):
        rows = [
            Item(
                campaign=campaign, register=register, title=f"观测点{i}", org=orgs[i % len(orgs)],
                start_on=plays.START, due=plays.END, state=STATES[i % 4],
                fields={"species": "duck", "heads": f"{i // 1000 + 1},{i % 1000:03d}", "hide": "芦苇丛"},
            )
            for i in range(first, min(first + 5000, n))
        ]  # fmt: skip
        import_items(Act(f"sights-{first}", at=act(day=plays.START).at), campaign, rows)
    tally.fold("proof")
    seal()
    return {"items": Item.objects.filter(campaign=campaign).count()}


def _campaign() -> Campaign:
    return Campaign.objects.get(code="BC21")


def _states() -> list[object]:
    columns = ("pk", "state", "fields")
    return list(Item.objects.filter(campaign=_campaign()).order_by("pk").values_list(*columns))


def digest() -> dict[str, str]:
    rows = json.dumps([[str(pk), state, fields] for pk, state, fields in _states()], sort_keys=True)
    return {"digest": sha256(rows.encode()).hexdigest()}


def take() -> dict[str, object]:
    begun, used = time.monotonic(), time.process_time()
    said, campaign = text_of(plays.changed()), _campaign()
    done = adopt(
        Act("proof-adopt"), campaign, said, base=1, chosen=plays.CHOSEN, agreed=plays.AGREED
    )
    return {**done.result, **_spent(begun, used)}


def undo() -> dict[str, object]:
    begun, used = time.monotonic(), time.process_time()
    adoption = Adoption.objects.select_related("campaign").get(undoes=None)
    done = undo_adoption(Act("proof-undo"), adoption)
    return {**done.result, **_spent(begun, used)}


def carry() -> dict[str, object]:
    """Carry on what runs; says each chunk aloud, so that a parent may kill this in the middle."""
    begun, used = time.monotonic(), time.process_time()
    real = actions.rewrite_rows

    def told(do, adoption, place):
        done = real(do, adoption, place)
        print(json.dumps({"chunk": done.result["n"], "repeated": done.repeated}), flush=True)  # noqa: T201
        return done

    actions.rewrite_rows = told
    adoption = Adoption.objects.get(state=Adoption.State.RUNNING)
    actions.carry(adoption.pk)
    adoption.refresh_from_db()
    return {**adoption.plan["figures"], **_spent(begun, used)}


def _spent(begun: float, used: float) -> dict[str, float]:
    return {"wall": time.monotonic() - begun, "cpu": time.process_time() - used}


def check() -> dict[str, object]:
    before = recount(_campaign())
    tally.fold("proof")
    seal()
    written = Change.objects.filter(event__action="campaigns.rewrite_rows", table="campaigns.item")
    pairs = written.values_list("event__request_id", "row")
    rows = [(request[:42], row) for request, row in pairs]  # the adoption's part of the request id
    return {
        "differences": len(before) + len(recount(_campaign())),
        "faults": [f.code for f in verify().faults],
        "twice": len(rows) - len(set(rows)),
    }


if __name__ == "__main__":
    step, *rest = sys.argv[1:]
    steps = {
        "prepare": prepare, "digest": digest, "take": take, "undo": undo, "carry": carry,
        "check": check,
    }  # fmt: skip
    print(json.dumps(steps[step](*[int(r) for r in rest])))  # noqa: T201
