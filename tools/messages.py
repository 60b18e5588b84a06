"""Catalogues without system tools: extract, update, check, compile.

usage: python tools/messages.py update | check | compile
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent / "src" / "gongjian"
LOCALE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
KEYWORDS = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "noop")) | {
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}
HAN = re.compile(r"[\u4e00-\u9fff]")
HOLE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def domains() -> dict[str, list[Path]]:
    """The command line speaks without Django; everything else through it."""
    sources = [p for p in sorted(ROOT.rglob("*")) if p.suffix in {".py", ".html"}]
    sources = [p for p in sources if "migrations" not in p.parts and "dist" not in p.parts]
    cli = [p for p in sources if p.relative_to(ROOT).parts[0] == "cli"]
    return {"django": [p for p in sources if p not in cli], "gongjian": cli}


def extracted(paths: list[Path]) -> Catalog:
    catalog = Catalog(locale="zh_Hans", project="Gongjian", fuzzy=False)
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = templatize(text, origin=str(path))
        place = path.relative_to(ROOT).as_posix()
        found = extract_python(io.BytesIO(text.encode()), list(KEYWORDS), [], {"encoding": "utf-8"})
        for line, function, ids, _comments in found:
            for message, context in _messages(function, ids):
                catalog.add(message, context=context, locations=[(place, line)])
    return catalog


def _messages(function: str, ids: object):
    if isinstance(ids, str):
        ids = (ids,)
    ids = [i for i in ids or () if i]
    if not ids:
        return
    if function.startswith("pgettext"):
        yield ids[1], ids[0]
    elif function.startswith("ngettext"):
        yield (ids[0], ids[1]), None
    else:
        yield ids[0], None


def present(domain: str) -> Catalog:
    path = LOCALE / f"{domain}.po"
    if not path.exists():
        return Catalog(locale="zh_Hans", project="Gongjian", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain=domain)


def update() -> int:
    LOCALE.mkdir(parents=True, exist_ok=True)
    for domain, paths in domains().items():
        catalog = present(domain)
        catalog.update(extracted(paths), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with (LOCALE / f"{domain}.po").open("wb") as file:
            write_po(
                file, catalog, width=100, omit_header=False, no_location=True, sort_output=True
            )
    return check()


def check() -> int:
    faults = []
    for domain, paths in domains().items():
        have = present(domain)
        for message in extracted(paths):
            if message.id:
                faults += [f"{domain}: {why}: {message.id!r}" for why in _wrong(message, have)]
    print("\n".join(faults))
    return 1 if faults else 0


def _wrong(message, have: Catalog):
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    if any(HAN.search(i) for i in ids):
        yield "the id is not English"
    found = have.get(message.id, message.context)
    texts = (found.string if isinstance(found.string, tuple) else (found.string,)) if found else ()
    if not texts or not all(texts) or found.fuzzy:
        yield "no Chinese"
    elif any(set(HOLE.findall(t)) - set(HOLE.findall(" ".join(ids))) for t in texts):
        yield "the Chinese has other holes"


def compile_all() -> int:
    for domain in domains():
        if (LOCALE / f"{domain}.po").exists():
            with (LOCALE / f"{domain}.mo").open("wb") as file:
                write_mo(file, present(domain))
    return 0


if __name__ == "__main__":
    settings.configure()
    django.setup()
    commands = {"update": update, "check": check, "compile": compile_all}
    if sys.argv[1:2] and sys.argv[1] in commands:
        sys.exit(commands[sys.argv[1]]())
    print(__doc__)
    sys.exit(2)
