"""Jobs of tables: intakes and long exports run by a worker, taken up when one dies, done once."""

from __future__ import annotations

import datetime as dt

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from tests.support.returned import HERE, opened, plain, upload, workbook
from tests.support.web import body_of, client

from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid import jobs, outgoing, waiting
from gongjian.apps.grid.models import ExportFile, Intake
from gongjian.apps.jobs import runner
from gongjian.apps.ledger.models import Event
from gongjian.lib import clock

EXPORTS = "/c/BK21/r/works/exports/"
pytestmark = pytest.mark.django_db(transaction=True)


def work() -> None:
    runner.worker("w1", once=True).run()


@pytest.fixture
def seat(books):
    runner.beat("w1", clock.now())  # somebody is there: requests leave the work to jobs
    return client(books.people["office"])


def confirmed(seat, rows) -> str:
    sent = seat.post(HERE, {"files": [upload(workbook(rows))]})
    digest = Intake.objects.get().report["digest"]
    page = seat.post(f"{sent.url}take", {"digest": digest}, follow=True)
    assert (page.context["step"], page["Refresh"]) == ("running", "2")
    return sent.url


def n_written() -> tuple[int, int]:
    return Item.objects.count(), Event.objects.filter(action="grid.write").count()


def test_a_confirmed_intake_is_taken_in_by_the_worker(seat):
    here = confirmed(seat, plain(3))
    assert n_written() == (0, 0)
    assert jobs.take_up(clock.now()) == 1
    assert jobs.take_up(clock.now()) == 0  # it waits in the queue already
    work()
    assert n_written() == (3, 1)
    assert seat.get(here).context["step"] == "done"
    intake = Intake.objects.get()
    assert intake.n_done == intake.n_total > 0


def test_a_worker_that_is_killed_in_the_middle_writes_once(seat):
    confirmed(seat, plain(3))
    now = clock.now()
    jobs.take_up(now)
    job = DBTaskResult.objects.get(task_path=jobs.take_intake.module_path)
    job.claim("dead")
    Intake.objects.update(state="running", n_done=1)
    runner.beat("dead", now)
    later = now + dt.timedelta(minutes=2)
    assert runner.take_up_lost(later) == 1
    work()
    Intake.objects.update(state="running")  # and once more, after it had written
    jobs.take_up(later)
    work()
    assert (n_written(), Intake.objects.get().state) == ((3, 1), "done")


def test_a_job_that_breaks_is_told_and_can_be_run_again(seat):
    here = confirmed(seat, plain(3))
    jobs.take_up(clock.now())
    rows = DBTaskResult.objects.filter(task_path=jobs.take_intake.module_path)
    rows.update(status=TaskResultStatus.FAILED, finished_at=clock.now())
    Intake.objects.update(state="running")
    jobs.take_up(clock.now())
    page = seat.get(here)
    assert (page.context["step"], page.context["error"]["code"]) == ("preview", "intake.broken")
    assert waiting.take(Intake.objects.get())
    assert jobs.take_up(clock.now()) == 1
    work()
    assert n_written() == (3, 1)


def test_a_file_that_is_gone_is_told(seat, settings):
    here = confirmed(seat, plain(1))
    settings.FILES_DIR = settings.FILES_DIR / "elsewhere"
    jobs.take_up(clock.now())
    work()
    page = seat.get(here)
    assert page.context["error"]["code"] == "intake.file_gone"
    assert n_written() == (0, 0)


def asked_for(seat, kind="xlsx", query="") -> ExportFile:
    assert seat.post(EXPORTS, {"as": kind, "query": query}).status_code == 302
    assert seat.get(EXPORTS)["Refresh"] == "3"
    jobs.take_up(clock.now())
    work()
    return ExportFile.objects.order_by("-at")[0]


def test_a_long_file_is_written_by_the_worker_and_fetched_by_who_asked(seat, books):
    for n in range(3):
        books.item(f"工程{n}", fields={"cost": str(n)})
    made = asked_for(seat)
    assert (made.state, made.n_done, made.n_total) == ("done", 3, 3)
    sheet = opened(body_of(seat.get(f"{EXPORTS}{made.pk}/"))).worksheets[0]
    texts = [str(c.value) for row in sheet.iter_rows() for c in row]
    assert {"工程0", "工程1", "工程2"} <= set(texts)
    other = client(books.people["viewer"])
    assert other.get(f"{EXPORTS}{made.pk}/").status_code == 404
    assert other.get(EXPORTS).context["rows"] == []


def test_a_long_file_holds_what_its_list_asked_for(seat, books):
    for n in range(3):
        books.item(f"工程{n}", fields={"cost": str(n)})
    made = asked_for(seat, "csv", "f.cost.to=1&head=l2")
    lines = body_of(seat.get(f"{EXPORTS}{made.pk}/")).decode("utf-8-sig").splitlines()
    assert (len(lines), "重点工作" in lines[0]) == (3, True)


def test_a_file_holds_only_what_its_person_may_see(seat, books):
    books.item("工程一")
    books.item("工程二", org="east")
    works = client(books.people["works"])
    made = asked_for(works, "csv")
    text = body_of(works.get(f"{EXPORTS}{made.pk}/")).decode()
    assert "工程一" in text
    assert "工程二" not in text


def test_files_are_gone_after_a_week(seat, books):
    books.item("工程一")
    made = asked_for(seat)
    assert outgoing.expire(clock.now() + dt.timedelta(days=6)) == 0
    assert outgoing.expire(clock.now() + dt.timedelta(days=8)) == 1
    assert seat.get(f"{EXPORTS}{made.pk}/").status_code == 404
    assert waiting.expire(clock.now() + dt.timedelta(days=31)) == 0


def test_a_file_is_removed_and_too_many_are_refused(seat, books):
    for _n in range(outgoing.OWN_CAP + 1):
        seat.post(EXPORTS, {"as": "csv"})
    assert ExportFile.objects.count() == outgoing.OWN_CAP
    first = ExportFile.objects.first()
    assert seat.get(f"{EXPORTS}{first.pk}/").status_code == 302
    seat.post(f"{EXPORTS}{first.pk}/change")
    assert ExportFile.objects.count() == outgoing.OWN_CAP - 1
