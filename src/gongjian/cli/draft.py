"""`gongjian draft`: papers in, drafts out; imports no Django."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import click

from gongjian.cli.errors import sentence
from gongjian.cli.words import complain, gettext
from gongjian.formats.read import read_paper
from gongjian.kernel.errors import PaperError
from gongjian.kernel.extract.draft import draft_document
from gongjian.kernel.extract.json_io import to_json


@click.command(
    "draft",
    short_help="papers → drafts",
    epilog="gongjian draft plan.docx    gongjian draft a.html b.txt -o drafts --format yaml",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD")
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json")
@click.option("-o", "out", type=click.Path(path_type=Path), help="FILE, FOLDER")
def command(
    files: tuple[Path, ...], today: dt.datetime | None, form: str, out: Path | None
) -> None:
    """Read a campaign out of each paper, every field with its span; one FILE is one paper.

    With several files, OUT is a folder that receives STEM.json for each.
    """
    if len(files) > 1 and out is None:
        raise click.UsageError(gettext("Several papers need -o FOLDER."))
    day = today.date() if today else None
    failed = 0
    for n, path in enumerate(files, 1):
        if len(files) > 1 and sys.stderr.isatty():
            click.echo(f"[{n}/{len(files)}] {path.name}", err=True)
        failed += not _one(path, day, form, _target(path, form, out, several=len(files) > 1))
    sys.exit(1 if failed else 0)


def _target(path: Path, form: str, out: Path | None, *, several: bool) -> Path | None:
    if out is None or not several:
        return out
    out.mkdir(parents=True, exist_ok=True)
    return out / f"{path.stem}.{form}"


def _one(path: Path, day: dt.date | None, form: str, out: Path | None) -> bool:
    try:
        document = read_paper(path.read_bytes(), path.name)
    except OSError as error:
        complain(f"{path}: {gettext('The file cannot be opened.')} ({error.strerror})")
        return False
    except PaperError as error:
        complain(f"{path}: {sentence(error)}")
        return False
    draft = draft_document(document, day)
    content = {
        **to_json(draft),
        "text": document.text,
        "repairs": [
            {
                "kind": r.kind.value,
                "span": [r.span.start, r.span.end],
                "source": [r.source.start, r.source.end],
                "before": r.before,
                "after": r.after,
                "certain": r.certain,
            }
            for r in document.repairs
        ],
    }
    written = _written(content, form)
    if draft.why_empty:
        complain(f"{path}: {gettext('No campaign was found in this paper; the draft is empty.')}")
    if out is None:
        click.echo(written)
    else:
        out.write_text(written + "\n", encoding="utf-8")
    return True


def _written(content: dict[str, object], form: str) -> str:
    if form == "json":
        return json.dumps(content, ensure_ascii=False, indent=1)
    import yaml  # only for those who ask for it

    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False)).rstrip()
