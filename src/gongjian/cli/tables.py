"""`gongjian import` and `gongjian export`: workbooks into a register, and a register as a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gongjian.cli.words import complain, gettext, language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.models import Register
    from gongjian.apps.grid.models import Intake

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CAMPAIGN = click.option("--campaign", "code", required=True, help="CODE")
REGISTER = click.option("--register", "key", required=True, help="KEY")
AS = click.option("--as", "user", required=True, help="USER NAME")
FAULTY = 2


@click.command("import", short_help="take workbooks into a register")
@click.argument("files", nargs=-1, required=True, type=FILE)
@CAMPAIGN
@REGISTER
@AS
@click.option(
    "--check", "is_check", is_flag=True, help="compare and say what would change; write nothing"
)
@click.option("--answers", type=FILE, help="JSON: columns, cells, choices, as a report names them")
@click.option("--json", "is_json", is_flag=True, help="the whole report as JSON")
def import_(  # noqa: PLR0913, PLR0917  # one argument an option, as click wants it
    files: tuple[Path, ...], code: str, key: str, user: str, is_check: bool, answers: Path | None, is_json: bool,
) -> None:  # fmt: skip
    """Take workbooks into a register of a campaign, as one step, or nothing at all.

    Exit codes: 0 taken in, or nothing to do; 2 cells or columns are to be settled first, nothing written;
    1 not done for another reason.
    """
    person, register = _desk(user, code, key)
    from django.core.exceptions import PermissionDenied

    from gongjian.apps.grid import waiting
    from gongjian.kernel.errors import KernelError
    from gongjian.lib.problems import sentence

    given = _answers(answers) if answers else {}
    _tell(gettext("Reading %(n)s files…") % {"n": len(files)}, is_json=is_json)
    try:
        intake = waiting.begin(person, register, ((f.name, f.read_bytes()) for f in files))
        if given:
            waiting.answer(intake, given)
    except waiting.NothingRead as error:
        _stop([f"{r.name}: {sentence(r.error)}" for r in error.refused])
    except KernelError as error:
        _stop([sentence(error)])
    except PermissionDenied:
        _stop([gettext("%(user)s does not run this campaign.") % {"user": user}])
    report = waiting.report_of(intake)
    if report["refused"] or not report["is_sound"] or is_check:
        waiting.drop(intake)
        _show(report, is_json=is_json)
        sys.exit(0 if report["is_sound"] and not report["refused"] else FAULTY)
    _tell(gettext("Writing…"), is_json=is_json)
    _show(_taken(intake), is_json=is_json)


def _taken(intake: Intake) -> dict[str, Any]:
    """Take an intake in, at once and here."""
    from gongjian.apps.grid import waiting

    if not intake.report["n_made"] + intake.report["n_changed"]:
        waiting.drop(intake)
        return waiting.report_of(intake)
    waiting.take(intake)
    done = waiting.report_of(waiting.run(intake.pk))
    if done["state"] != "done":
        _stop([done["error"].get("why", done["state"])])
    return done


def _answers(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.UsageError(
            gettext("The answers are no JSON: %(why)s") % {"why": error}
        ) from error
    known = {"sheets", "quarters", "choices", "later_wins", "left"}
    if not isinstance(said, dict) or set(said) - known:
        names = "、".join(sorted(known))
        raise click.UsageError(gettext("Answers have these parts: %(names)s.") % {"names": names})
    return said


def _show(report: Mapping[str, Any], *, is_json: bool) -> None:
    if is_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
        return
    for refused in report["refused"]:
        complain(f"{refused['name']}: {refused['why']}")
    for head in report["heads"] if not report["is_settled"] else ():
        _show_columns(head)
    if not report["heads"]:
        complain(gettext("No sheet has a head that is known in this register."))
    for question in report["quarters"]:
        if not question["answer"]:
            said = gettext(
                "Say how these quarters count (%(key)s): cumulative, incremental or as_printed."
            )
            complain(said % {"key": question["key"]})
    _show_faults(report["faults"])
    for clash in report["clashes"]:
        said = " | ".join(f"{s['file']} {s['cell']}: {s['text']}" for s in clash["said"])
        complain(f"{clash['key']}  {clash['title']} {clash['head']}: {said}")
    if why := report["error"].get("why"):
        complain(why)
    line = gettext(
        "%(made)s new, %(changed)s changed, %(same)s unchanged, %(left)s left out, %(faults)s errors"
    )
    click.echo(line % report["n"])
    click.echo(gettext("Taken in.") if report["event"] else gettext("Nothing was written."))


def _show_columns(head: Mapping[str, Any]) -> None:
    for column in head["columns"]:
        if column["is_open"]:
            said = gettext(
                "%(sheet)s: column %(letter)s “%(head)s” (position %(at)s) needs a meaning"
            )
            complain(said % {"sheet": head["sheets"][0], **column})


def _show_faults(faults: Iterable[Mapping[str, Any]]) -> None:
    rows = [
        (f["file"], f["sheet"], f["cell"] or str(f["row"]), f["head"], f["text"], f["why"])
        for f in faults
    ]
    if not rows:
        return
    heads = ("File", "Sheet", "Cell", "Head", "Written", "Why")
    for row in (tuple(map(gettext, heads)), *rows):
        complain("\t".join(" ".join(text.split()) for text in row))


# ---- out -----------------------------------------------------------------------------------------


@click.command("export", short_help="write a register as a file")
@CAMPAIGN
@REGISTER
@AS
@click.option("--head", default="", help="KEY of a printed form")
@click.option("--view", default="", help="NAME or id of a saved view")
@click.option("--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx")
@click.option("-o", "out", type=click.Path(path_type=Path), required=True, help="FILE")
def export(  # noqa: PLR0913, PLR0917  # one argument an option, as click wants it
    code: str, key: str, user: str, head: str, view: str, form: str, out: Path
) -> None:
    """Write the rows of a register that USER may see, ids in a hidden column, ready to be taken in again."""
    person, register = _desk(user, code, key)
    from gongjian.apps.grid import outgoing

    asked, ledger = outgoing.ledger_of(person, register)
    query = _view(asked, ledger, view) if view else {}
    if head:
        if head not in {h.key for h in ledger.definition.heads}:
            known = "、".join(h.key for h in ledger.definition.heads)
            _stop([gettext("There is no printed form %(head)s; there are: %(known)s") % {"head": head, "known": known}])  # fmt: skip
        query["head"] = head
    told = _Progress()
    made = outgoing.export_of(asked, ledger, query, told)
    try:
        with out.open("wb") as target:
            outgoing.write(made, target, form, person.label(language()))
    except OSError as error:
        _stop([f"{out}: {error.strerror}"])
    told.done()
    click.echo(gettext("%(n)s rows are in %(file)s.") % {"n": told.n, "file": out})


class _Progress:
    """Tells on a terminal how many rows are written."""

    n = 0

    def __call__(self, n: int) -> None:
        self.n = n
        if sys.stderr.isatty():
            click.echo(f"\r{n}", err=True, nl=False)

    def done(self) -> None:
        if sys.stderr.isatty():
            click.echo("", err=True)


def _view(asked: Any, ledger: Any, name: str) -> dict[str, str]:
    from django.db.models import Q

    from gongjian.apps.campaigns import queries as campaigns
    from gongjian.apps.campaigns.asking import as_uuid
    from gongjian.apps.grid import saved
    from gongjian.apps.grid.models import SavedView
    from gongjian.apps.grid.terms import terms_of

    which = Q(pk=pk) if (pk := as_uuid(name)) else Q(name=name)
    mine = Q(owner=asked.seen.person_id) | Q(is_shared=True)
    found = list(SavedView.objects.filter(which & mine, register=ledger.register)[:2])
    if len(found) != 1:
        said = gettext("There is no view called %(name)s.") if not found else gettext(
            "Several views are called %(name)s; give its id."
        )  # fmt: skip
        _stop([said % {"name": name}])
    terms = terms_of(asked, ledger, campaigns.battles(asked.campaign))
    return saved.opened(asked, ledger, found[0], terms).params


# ---- whose ---------------------------------------------------------------------------------------


def _desk(user: str, code: str, key: str) -> tuple[Person, Register]:
    """Settle as whom, and which register; what the person may not see is not there."""
    from gongjian.cli.django_setup import setup

    setup()
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.models import Register

    person = Person.objects.filter(username=user, is_active=True).first()
    if person is None:
        _stop([gettext("There is no user %(user)s.") % {"user": user}])
    found = Register.objects.select_related("campaign").filter(campaign__code=code, key=key).first()
    if found is None or not _may(person, found):
        _stop([gettext("%(user)s sees no register %(key)s of a campaign %(code)s.") % {"user": user, "key": key, "code": code}])  # fmt: skip
    return person, found


def _may(person: Person, register: Register) -> bool:
    from django.http import Http404

    from gongjian.apps.grid import outgoing

    try:
        outgoing.ledger_of(person, register)
    except Http404:
        return False
    return True


def _tell(said: str, *, is_json: bool) -> None:
    if not is_json and sys.stderr.isatty():
        click.echo(said, err=True)


def _stop(said: Iterable[str]) -> NoReturn:
    for line in said:
        complain(line)
    sys.exit(1)
