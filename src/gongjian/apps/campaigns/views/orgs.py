"""Pages of the organisation that reach into campaigns: one org, mergers, single-item accounts, import."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts import queries
from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.forms import (
    AppointForm,
    JoinForm,
    LastDayForm,
    MoveForm,
    NamesForm,
    PostForm,
    RetireForm,
    shown,
)
from gongjian.apps.accounts.history import SHOWN, org_history
from gongjian.apps.accounts.intake import plan_import
from gongjian.apps.accounts.models import Grant, Org, Person, Role
from gongjian.apps.accounts.org_views import answer
from gongjian.apps.accounts.sheets import read_organisation, template_pages
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.actions import merge_orgs
from gongjian.apps.campaigns.actions.orgs import Merger
from gongjian.apps.campaigns.forms.orgs import LetInForm, MergeForm, UploadForm
from gongjian.apps.campaigns.models import OVER, Campaign, Item
from gongjian.apps.ledger.book import ROW_CAP, ActionError, was_done
from gongjian.apps.papers import files
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets, write_book
from gongjian.kernel.errors import KernelError, PaperError
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.accounts.intake import Line, Plan
    from gongjian.apps.accounts.sheets import Fault

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "orgs.import"
KEPT_FOR = 24 * 3600  # seconds: whoever comes back later uploads again
LINES_SHOWN = 300


def language() -> str:
    """Give the reader's language."""
    return get_language() or "zh-hans"


def org_names(day: dt.date) -> list[str]:
    """Give names to choose from while typing; a large tree is searched instead."""
    return list(queries.living(day).values_list("short_name", flat=True)[:500])


@login_required
@require_GET
def org(request: HttpRequest, code: str) -> HttpResponse:
    """Show one org: its names, groups, posts, people, open items and history."""
    seen, day = seen_by(request), clock.today()
    found = queries.get_org_for(seen, code)
    is_office = seen.is_office()
    context: dict[str, Any] = {
        "org": found,
        "is_ended": found.until is not None and found.until < day,
        "predecessors": list(found.predecessors.order_by("until", "code")),
        "memberships": queries.memberships_of(found),
        "posts": queries.posts_of(found, day),
        "people": queries.people_of(found, day, language()),
        "open": _open_items(seen, found),
        "is_office": is_office,
        "day": day,
        "request_id": str(new_id()),
    }
    if is_office:
        context["history"] = org_history(found, language())
        context["history_cap"] = SHOWN
        context["single"] = _single_accounts(seen, found, day)
        context |= _forms(request, found, context, day)
    return render(request, "campaigns/org.html", context)


@dataclass(frozen=True, slots=True)
class OpenItems:
    """How many open items an org answers for in a campaign."""

    campaign: Campaign
    name: str
    n: int
    href: str


def _open_items(seen: Scope, org: Org) -> list[OpenItems]:
    """Count what the reader may see, campaign by campaign: two queries."""
    rows = list(campaigns.campaigns(seen)[:50])
    sight = Q(pk__in=[])
    for campaign in rows:
        sight |= Q(campaign=campaign) & seen.rows(campaign.pk)
    counted = Item.objects.filter(sight, org=org).exclude(category__in=OVER).order_by()
    n = dict(counted.values_list("campaign").annotate(n=Count("pk")))
    return [
        OpenItems(
            c,
            c.label(language()),
            n[c.pk],
            f"{reverse('cockpit:items', args=[c.code])}?org={org.pk}",
        )
        for c in rows
        if c.pk in n
    ]


def _single_accounts(seen: Scope, org: Org, day: dt.date) -> list[dict[str, Any]]:
    """Give the accounts that this org's people have for one item each."""
    grants = list(
        Grant.objects.filter(org=org, item_id__isnull=False).select_related("person").order_by("pk")
    )
    items = Item.objects.select_related("campaign").in_bulk([g.item_id for g in grants])
    return [
        {"grant": g, "item": items[g.item_id], "is_over": g.until is not None and g.until < day}
        for g in grants
        if g.item_id in items and seen.is_office(g.campaign_id)
    ]


def _forms(request: HttpRequest, org: Org, context: dict[str, Any], day: dt.date) -> dict[str, Any]:
    typed = request.session.pop(f"typed:{reverse('campaigns:org', args=[org.code])}", {})
    names = {
        "name": org.name,
        "short_name": org.short_name,
        "name_en": org.name_en,
        "aliases": "、".join(org.aliases),
    }
    posts = []
    for row in context["posts"]:
        pk = row.post.pk
        leaving = str(row.holders[0].pk) if row.holders else ""
        appoint = shown(AppointForm, typed, f"appoint:{pk}", since=day, leaving=leaving)
        abolish = shown(LastDayForm, typed, f"abolish:{pk}", last_day=day)
        posts.append({"row": row, "appoint": appoint.offer(row.holders), "abolish": abolish,
                      "is_open": typed.get("form", "").endswith(f":{pk}")})  # fmt: skip
    places = [
        {"member": m, "is_over": m.until is not None and m.until < day,
         "leave": shown(LastDayForm, typed, f"leave:{m.pk}", last_day=day)}
        for m in context["memberships"]
    ]  # fmt: skip
    return {
        "typed": typed,
        "org_names": org_names(day),
        "rename_form": shown(NamesForm, typed, "rename", **names),
        "move_form": shown(MoveForm, typed, "move", parent=org.parent),
        "merge_form": shown(MergeForm, typed, "merge"),
        "post_form": shown(PostForm, typed, "post"),
        "join_form": shown(JoinForm, typed, "join", since=day),
        "let_in_form": shown(LetInForm, typed, "let-in"),
        "post_forms": posts,
        "retire_forms": [
            (row, shown(RetireForm, typed, f"retire:{row.person.pk}", last_day=day))
            for row in context["people"]
        ],
        "place_forms": places,
    }


@login_required
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Put an org under another one: those above it see what it works on."""
    seen = seen_by(request)
    found = queries.get_org_for(seen, code, may="edit")
    campaigns.require_offices(seen, found)

    def do(data: dict[str, Any]) -> None:
        accounts.move_org(act_of(request), found, data["parent"])

    place = reverse("campaigns:org", args=[code])
    return answer(request, place, "move", MoveForm(request.POST), do)


@login_required
@require_POST
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Merge an org into another one."""
    seen = seen_by(request)
    source = queries.get_org_for(seen, code, may="edit")
    campaigns.require_offices(seen, source)

    def do(data: dict[str, Any]) -> None:
        campaigns.require_offices(seen, data["target"])  # the accounts of the one act for the other
        ticked = set(request.POST.getlist("posts"))
        posts = source.posts.values_list("pk", flat=True)
        chosen = frozenset(pk for pk in posts if str(pk) in ticked)
        act = act_of(request, data["reason"])
        merge_orgs(act, Merger(source, data["target"], chosen))

    place = reverse("campaigns:org", args=[code])
    return answer(request, place, "merge", MergeForm(request.POST), do)


@login_required
@require_POST
def let_in(request: HttpRequest, code: str) -> HttpResponse:
    """Give an account of this org one item, and nothing else."""
    seen = seen_by(request)
    found = queries.get_org_for(seen, code, may="edit")

    def do(data: dict[str, Any]) -> None:
        item = _item_called(seen, data["item"])
        person = Person.objects.filter(username=data["username"]).first()
        if person is None and not data["name"]:
            raise ActionError("person.name_missing", given=data["username"])
        held = Grant(
            person=person or Person(username=data["username"], name=data["name"]),
            role=Role.CONTACT,
            campaign_id=item.campaign_id,
            item_id=item.pk,
            org=found,
            since=clock.today(),
            until=data["until"],
        )
        accounts.let_in(act_of(request), held)

    place = reverse("campaigns:org", args=[code])
    return answer(request, place, "let-in", LetInForm(request.POST), do)


def _item_called(seen: Scope, code: str) -> Item:
    try:
        return campaigns.get_item_for(seen, code.strip(), may="edit")
    except Http404 as error:
        raise ActionError("item.unknown", given=code) from error


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a single-item account: from today on it reaches nothing."""
    seen = seen_by(request)
    queries.require_office(seen)
    held: Grant | None = (
        Grant.objects.select_related("org").filter(pk=pk, item_id__isnull=False).first()
    )
    if held is None or held.org is None:
        raise Http404
    if not seen.is_office(held.campaign_id):
        raise PermissionDenied
    last_day = clock.today() - dt.timedelta(days=1)

    def do(_data: dict[str, Any]) -> None:
        accounts.withdraw(act_of(request), held, last_day=last_day)

    place = reverse("campaigns:org", args=[held.org.code])
    return answer(request, place, "withdraw", forms.Form(request.POST), do)


# Import


@login_required
@require_http_methods(["GET", "POST"])
def org_import(request: HttpRequest) -> HttpResponse:
    """Take a workbook in, show what it would change, and change it when that is agreed to."""
    seen = seen_by(request)
    queries.require_office(seen)
    if request.method == "GET":
        return _ask(request)
    if kept := request.POST.get("kept"):
        return _import_kept(request, seen, kept)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, _("Choose the workbook first."))
    try:
        data = workbook_in(form)
        plan = planned(data, seen)
    except PaperError as error:
        return _ask(request, sentence(error))
    name = form.cleaned_data["file"].name or ""
    return _preview(request, plan, {"sha": files.put(data), "name": name[-120:]})


def workbook_in(form: UploadForm) -> bytes:
    """Give the bytes of an uploaded workbook; one that is too large is refused before it is read."""
    upload = form.cleaned_data["file"]
    if upload.size > settings.PAPER_MAX_BYTES:
        raise PaperError("paper.too_large", size=upload.size, limit=settings.PAPER_MAX_BYTES)
    data: bytes = upload.read()
    if not data.startswith(b"PK"):
        raise PaperError("sheet.no_workbook")
    return data


def limits() -> Limits:
    """Give what a workbook may cost."""
    return Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)


def _ask(request: HttpRequest, problem: str = "") -> HttpResponse:
    context = {"problem": problem, "is_first": not Org.objects.exists()}
    status = 422 if problem else 200
    return render(request, "campaigns/org_import.html", context, status=status)


def planned(data: bytes, seen: Scope) -> Plan:
    """Read a workbook and compare it with what is there."""
    sheets = read_organisation(read_sheets(data, limits()))
    plan = plan_import(sheets, clock.today(), tuple(queries.offices_of(seen)))
    moved = [
        row for row, changes in plan.changed if isinstance(row, Org) and "parent_id" in changes
    ]
    campaigns.require_offices(seen, *moved)
    return plan


def _import_kept(request: HttpRequest, seen: Scope, kept: str) -> HttpResponse:
    """Import what was shown; if something has changed since then, show it again instead."""
    try:
        before = signing.loads(kept, salt=SALT, max_age=KEPT_FOR)
        data = files.get(before["sha"])
    except (signing.BadSignature, OSError):
        return _ask(request, _("The upload is no longer there. Choose the workbook again."))
    act = act_of(request)
    plan = planned(data, seen)
    if plan.digest != before["digest"] and not was_done(act):
        changed = _("Something was changed meanwhile. Look at what would be done now.")
        return _preview(request, plan, before, changed)
    try:
        done = accounts.import_organisation(act, plan)
    except ActionError as error:
        return _preview(request, plan, before, sentence(error))
    messages.success(request, _("Imported: %(new)s new, %(changed)s changed.") % done.result)
    return redirect("orgs")


def _preview(
    request: HttpRequest, plan: Plan, upload: dict[str, str], problem: str = ""
) -> HttpResponse:
    kept = {"sha": upload["sha"], "name": upload["name"], "digest": plan.digest}
    lines = [line for line in plan.lines if line.status != "unchanged"]
    context = {
        "name": upload["name"],
        "problem": problem,
        "plan": plan,
        "counts": _counts(plan),
        "faults": [(f, fault_sentence(f)) for f in plan.faults[:LINES_SHOWN]],
        "n_faults": len(plan.faults),
        "lines": [_line(x) for x in lines[:LINES_SHOWN]],
        "n_lines": len(lines),
        "too_many": len(plan.made) + len(plan.changed) > ROW_CAP,
        "kept": signing.dumps(kept, salt=SALT),
        "request_id": str(new_id()),
    }
    status = 422 if plan.faults or problem else 200
    return render(request, "campaigns/org_import.html", context, status=status)


def fault_sentence(fault: Fault) -> str:
    """Say what is wrong with a cell."""
    return sentence(KernelError(fault.code, **dict(fault.facts)))


def _kinds() -> dict[str, str]:
    return {
        "org": _("Orgs"),
        "group": _("Comparison groups"),
        "member": _("Places in groups"),
        "post": _("Posts"),
        "person": _("People"),
        "holding": _("Holders of posts"),
        "grant": _("Roles"),
    }


def _counts(plan: Plan) -> list[tuple[str, list[int]]]:
    """Give how many there are of each kind: new, changed, unchanged."""
    n = plan.n
    rows = [(w, [n[k, s] for s in ("new", "changed", "unchanged")]) for k, w in _kinds().items()]
    return [row for row in rows if any(row[1])]


def _line(line: Line) -> dict[str, Any]:
    words = {
        "name": _("Full name"),
        "short_name": _("Short name"),
        "name_en": _("English name"),
        "aliases": _("Aliases"),
        "code": _("Code"),
        "parent_id": _("Under"),
        "since": _("From"),
        "until": _("Last day"),
        "portfolio": _("Portfolio"),
        "is_principal": _("Principal of the org"),
        "title_en": _("English name"),
        "phone": _("Phone"),
    }
    return {
        "line": line,
        "label": _label(line),
        "kind": _kinds()[line.kind],
        "changes": [(words.get(n, n), was or "–", now or "–") for n, was, now in line.changes],
    }


def _label(line: Line) -> str:
    if line.kind != "grant":
        return line.label
    name, _dot, role = line.label.rpartition(" · ")
    return f"{name} · {Role(role).label}"


@login_required
@require_GET
def org_template(request: HttpRequest) -> HttpResponse:
    """Give the workbook that is sent out to be filled in."""
    queries.require_office(seen_by(request))
    note = _(
        "The first line of each sheet is an example: write over it. Columns with * must be filled."
    )
    data = write_book(template_pages(language(), note))
    return workbook(data, _("organisation"))


def workbook(data: bytes, name: str) -> HttpResponse:
    """Answer with a workbook to keep."""
    made = HttpResponse(data, content_type=XLSX)
    made["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.xlsx"
    )
    return made
