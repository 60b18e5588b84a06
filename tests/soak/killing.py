"""One process that is killed before and after each statement of each action of the loop: prints what was found.

Each attempt runs in a fork. The parent then proves that the book is whole, that what was acknowledged is
there exactly once, and that the same request, sent again, ends what was begun.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from gongjian.apps.campaigns.actions import add_duty, edit_item  # noqa: E402
from gongjian.apps.campaigns.models import Item  # noqa: E402
from gongjian.apps.campaigns.recount import recount  # noqa: E402
from gongjian.apps.ledger.book import Act, Outcome  # noqa: E402
from gongjian.apps.ledger.models import Event  # noqa: E402
from gongjian.apps.ledger.verify import verify  # noqa: E402
from gongjian.apps.loop import actions, turns  # noqa: E402
from gongjian.apps.loop.actions import Plea, Words  # noqa: E402
from gongjian.apps.loop.models import Revisit, Turn  # noqa: E402
from tests.support.cast import END, START, act, make_cast  # noqa: E402
from tests.support.chains import Desk, make_desk  # noqa: E402

KILLED = 77
OFFICE, CONTACT, HEAD = frozenset({"office"}), frozenset({"contact"}), frozenset({"principal"})
_days = count(400)


@dataclass(frozen=True)
class Job:
    """An action to be killed in: what it needs first, and how it is called with an act."""

    name: str
    prepare: Callable[[Desk], object]
    run: Callable[[Desk, Act, object], Outcome]
    who: str = "office"
    reason: str = ""


def again(desk: Desk, item: object) -> Item:
    return desk.again(item)  # type: ignore[arg-type]


def asked(desk: Desk) -> Item:
    """An item for which more time is asked for, and agreed to by the unit's head."""
    item = desk.item("tasks", "in_hand")
    plea = Plea(END + dt.timedelta(9), "half")
    actions.ask_extension(act(desk.people["contact"], reason="late"), item, plea, roles=CONTACT)
    actions.consent(act(desk.people["principal"]), desk.again(item), "principal", roles=HEAD)
    return desk.again(item)


def closed(desk: Desk) -> Revisit:
    """A hazard that was closed, with the second look that its close-out set."""
    item = desk.item("hazards", "awaiting", fields={"grade": "ordinary", "acceptance": "fixed"})
    actions.close_out(act(desk.people["office"]), item, roles=OFFICE)
    return Revisit.objects.get(item=item)


def jobs() -> Iterator[Job]:
    def in_state(state: str) -> Callable[[Desk], object]:
        return lambda desk: desk.item("tasks", state)

    plea, words = Plea(END + dt.timedelta(9), "half"), Words("Done", share=5000)
    yield Job(
        "acknowledge",
        in_state("assigned"),
        lambda d, a, i: actions.take_step(a, again(d, i), "acknowledge", roles=CONTACT),
        "contact",
    )
    yield Job(
        "report",
        in_state("assigned"),
        lambda d, a, i: actions.report(a, again(d, i), words, roles=CONTACT),
        "contact",
    )
    yield Job(
        "request_close",
        in_state("in_hand"),
        lambda d, a, i: actions.take_step(a, again(d, i), "request_close", roles=HEAD),
        "principal",
    )
    yield Job(
        "send_back",
        in_state("requested"),
        lambda d, a, i: actions.take_step(a, again(d, i), "send_back", roles=OFFICE),
        reason="no",
    )
    yield Job(
        "close_out",
        in_state("requested"),
        lambda d, a, i: actions.close_out(a, again(d, i), roles=OFFICE),
    )
    yield Job(
        "reopen",
        in_state("closed"),
        lambda d, a, i: actions.reopen(a, again(d, i), roles=OFFICE),
        reason="leaks",
    )
    yield Job(
        "ask_extension",
        in_state("in_hand"),
        lambda d, a, i: actions.ask_extension(a, again(d, i), plea, roles=CONTACT),
        "contact",
        "late",
    )
    yield Job(
        "grant_extension",
        asked,
        lambda d, a, i: actions.grant_extension(a, again(d, i), roles=OFFICE),
    )
    yield Job(
        "refuse_extension",
        asked,
        lambda d, a, i: actions.refuse_extension(a, again(d, i), roles=OFFICE),
        reason="no",
    )
    yield Job(
        "record_revisit",
        closed,
        lambda d, a, r: actions.record_revisit(
            a,
            Revisit.objects.select_related("item__campaign", "item__register").get(pk=r.pk),
            held=False,
            roles=OFFICE,
        ),
        reason="paper only",
    )
    yield Job(
        "remind",
        lambda d: d.item("tasks", "in_hand", due=END + dt.timedelta(next(_days))),
        lambda d, a, i: actions.remind(a, d.cast.campaign, i.due + dt.timedelta(1)),
    )
    yield Job(
        "edit", in_state("in_hand"), lambda d, a, i: edit_item(a, again(d, i), {"title": "Edited"})
    )
    yield Job(
        "duty",
        in_state("in_hand"),
        lambda d, a, i: add_duty(a, again(d, i), "support", d.cast.orgs["east"]),
    )


def attempt(
    desk: Desk, job: Job, thing: object, once: Act, at: int, *, before: bool
) -> tuple[bool, bool]:
    """Run an action in a fork that dies at its n-th statement: was it killed, was it acknowledged?"""
    connection.close()
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        seen = count(1)

        def wrap(execute, sql, params, many, context):
            n = next(seen)
            if n == at and before:
                os._exit(KILLED)
            result = execute(sql, params, many, context)
            if n == at:
                os._exit(KILLED)
            return result

        try:
            with connection.execute_wrapper(wrap):
                job.run(desk, once, thing)
            os.write(writes, b"1")
            os._exit(0)
        except BaseException as error:  # noqa: BLE001  # told by the code
            os.write(2, f"{job.name} {at}: {error!r}\n".encode())
            os._exit(1)
    os.close(writes)
    _pid, status = os.waitpid(child, 0)
    said = os.read(reads, 1)
    os.close(reads)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, KILLED}, (job.name, at, code)
    return code == KILLED, said == b"1"


def whole(desk: Desk) -> list[object]:
    """Give everything that is not as it should be."""
    return [
        *verify().faults,
        *recount(desk.cast.campaign),
        *turns.differences(desk.cast.campaign),
    ]


def kill(desk: Desk, job: Job) -> dict[str, int]:
    n = 0
    for at in count(1):
        ended = True
        for before in (True, False):
            thing = job.prepare(desk)
            who = desk.people[job.who]
            once = Act(request_id=f"{job.name}-{at}-{before}", by=who.pk, reason=job.reason)
            was_killed, was_told = attempt(desk, job, thing, once, at, before=before)
            there = Event.objects.filter(actor_id=who.pk, request_id=once.request_id).count()
            assert there <= 1, (job.name, at)
            assert not was_told or there == 1, (job.name, at)
            assert whole(desk) == [], (job.name, at, before)
            job.run(desk, once, thing)
            again = Event.objects.filter(actor_id=who.pk, request_id=once.request_id).count()
            assert again == 1, (job.name, at)
            n, ended = n + was_killed, ended and not was_killed
        assert whole(desk) == [], (job.name, at)
        if ended:
            return {"statements": at - 1, "killed": n}
    raise AssertionError


def main() -> None:
    call_command("migrate", verbosity=0)
    desk = make_desk(make_cast())
    assert START
    found = {job.name: kill(desk, job) for job in jobs()}
    found["all"] = {"turns": Turn.objects.count(), "events": Event.objects.count()}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
