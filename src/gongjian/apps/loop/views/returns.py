"""What is expected of an org: its returns, one return, and a group's parts to be joined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.kernel_io import playbook_in_force, playbooks_of
from gongjian.apps.campaigns.models import PlaybookVersion, Responsibility
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, inquiry_pages, pages
from gongjian.apps.loop.answers import PART, Names, Reader, questions, short, typed_of
from gongjian.apps.loop.forms import shown
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.queries import returns as queries
from gongjian.apps.loop.queries.inquiries import burden
from gongjian.apps.loop.words import lang
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import parse
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.loop.answers import Answers
    from gongjian.apps.loop.queries.returns import Duty


@login_required
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Show what is expected of the person's orgs, in order of time left."""
    seen = seen_by(request)
    found = queries.expected(seen, _uuid(request.GET.get("round", "")))
    rows = [*found.open, *found.sent, *(r for r, _i, _n in found.duties)]
    versions = PlaybookVersion.objects.filter(
        campaign__in={r.campaign_id for r in rows}, in_force=True
    )
    days = {r.campaign_id: today_of(r.campaign) for r in rows}
    made = pages.return_rows([*found.open, *found.sent], playbooks_of(list(versions)), Names())
    context = {
        "groups": _by_round(found.open, made),
        "sent": _by_round(found.sent, made),
        "duties": [
            {"row": r, "n_in": n_in, "n": n, "days_left": (r.round.due - days[r.campaign_id]).days}
            for r, n_in, n in found.duties
        ],
        "is_cut": found.is_cut,
        "n": len(found.open),
        **_inquiries(seen, request.GET.get("round", "")),
    }
    return render(request, "loop/returns.html", context)


def _inquiries(seen: Scope, round_id: str) -> dict[str, Any]:
    """Give the one-time questions of the person's orgs; none beside a single round."""
    if round_id:
        return {}
    found = burden(seen)
    return {
        "questions": inquiry_pages.burden_rows(found.open),
        "answered": inquiry_pages.burden_rows(found.given),
        "n_asked": found.n_asked,
        "n_answered": found.n_answered,
        "request_id": str(new_id()),
    }


def _by_round(rows: list[Return], made: list[pages.ReturnRow]) -> list[dict[str, Any]]:
    """Give the rows of each round below its name, the one with the least time first."""
    groups: dict[UUID, list[Return]] = {}
    for row in rows:
        groups.setdefault(row.round_id, []).append(row)
    by_id = {m.pk: m for m in made}
    return [
        {
            "round": s[0].round,
            "code": s[0].campaign.code,
            "name": s[0].campaign.label(lang()),
            "rows": [by_id[r.pk] for r in s],
        }
        for s in groups.values()
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one return and take it in: from its org, or from the office on the org's behalf."""
    seen = seen_by(request)
    row = queries.get_return_for(seen, pk)
    playbook, names = playbook_in_force(row.campaign), Names()
    if request.method != "POST":
        typed = typed_of(row, playbook.register(row.item.register.key), names)
        return _page(request, seen, row, typed)
    typed = {k: str(v) for k, v in request.POST.items()}
    answers = Reader(playbook, names, row.item).read(row.asked, typed)
    if answers.faults:
        messages.error(request, _("Not saved yet: correct the fields that are marked."))
        return _page(request, seen, row, typed, answers, status=422)
    seen_version = whole(typed.get("version", ""))
    if seen_version is not None:
        row.version = min(seen_version, row.version)
    try:
        own = queries.answers_for(seen, row)
        act = act_of(request, on_behalf_of=None if own else row.org_id)
        actions.fill(act, [actions.Filled(row, answers)], Return.Via.PAGE)
    except ActionError as error:
        messages.error(request, sentence(error))
        return _page(request, seen, row, typed, answers, status=422)
    messages.success(request, _("%(item)s is returned.") % {"item": row.item.code})
    if own:
        return redirect("loop:returns")
    return redirect("loop:round", row.campaign.code, row.round_id)


def _page(  # what was typed and what was read of it belong together
    request: HttpRequest,
    seen: Scope,
    row: Return,
    typed: dict[str, str],
    answers: Answers | None = None,
    status: int = 200,
) -> HttpResponse:
    playbook, names = playbook_in_force(row.campaign), Names()
    faults = answers.faults if answers else {}
    own = queries.answers_for(seen, row)
    here = Return.objects.filter(round=row.round_id, org=row.org_id)
    is_open = row.round.state == row.round.State.OPEN and row.state != Return.State.ACCEPTED
    context = {
        "row": row,
        "shown": pages.return_rows([row], {row.campaign_id: playbook}, names)[0],
        "campaign_name": row.campaign.label(lang()),
        "known": pages.known_facts(playbook, row.item, _responsible(row)),
        "fields": pages.field_rows(playbook, row, typed, faults),
        "elsewhere": [
            n
            for n in row.asked
            if n not in {q.need for q in questions(playbook, row.item.register.key, row.asked)}
        ],
        "lines": pages.line_rows(typed, faults) if row.kind == Return.Kind.BLANKS else [],
        "names": names.choices(),
        "is_behalf": not own,
        "is_open": is_open,
        "may_review": seen.is_office(row.campaign_id),
        "is_complete": not short(row, playbook.register(row.item.register.key)),
        "next": here.filter(state__in=queries.OUTSTANDING).exclude(pk=row.pk).first(),
        "request_id": str(new_id()),
        "version": typed.get("version", row.version),
    }
    return render(request, "loop/return.html", context, status=status)


def _responsible(row: Return) -> list[tuple[str, str]]:
    """Give who answers for an item already, by role: one query."""
    rows = Responsibility.objects.filter(item=row.item_id, role__in=("lead", "owner"), until=None)
    said: dict[str, list[str]] = {}
    for one in rows.select_related("org").order_by("role", "order"):
        said.setdefault(one.role, []).append(one.org.label(lang()) if one.org else one.printed)
    return [(role, "、".join(filter(None, names))) for role, names in said.items()]


@login_required
@require_safe
def duty(request: HttpRequest, code: str, pk: UUID, item: UUID) -> HttpResponse:
    """Show the parts of a group's duty, and who is missing."""
    found = queries.get_duty_for(seen_by(request), code, pk, item)
    return _duty_page(request, found, _proposed(found), {})


def _duty_page(
    request: HttpRequest,
    found: Duty,
    typed: dict[str, str],
    faults: dict[str, KernelError],
    status: int = 200,
) -> HttpResponse:
    campaign = found.round.campaign
    playbook = playbook_in_force(campaign)
    shared = [
        q
        for q in questions(playbook, found.item.register.key, _shared(found))
        if q.need in _shared(found)
    ]
    before = pages.joined_before(found)
    names = Names()
    context = {
        "duty": found,
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "rows": pages.return_rows(found.parts, {campaign.pk: playbook}, names),
        "missing": [p.org.label(lang()) for p in found.missing],
        "is_office": seen_by(request).is_office(campaign.pk),
        "fields": [
            pages.FieldRow(
                q, typed.get(q.name, ""), sentence(faults[q.name]) if q.name in faults else ""
            )
            for q in shared
        ],
        "text": typed.get("text", ""),
        "before": before,
        "before_missing": [names.word(ref) for ref in before.get("missing", ())],
        "request_id": str(new_id()),
    }
    return render(request, "loop/duty.html", context, status=status)


def _shared(found: Duty) -> list[str]:
    """Give the fields that the members were asked besides their part."""
    return list(dict.fromkeys(n for p in found.parts for n in p.asked if n != PART))


def _proposed(found: Duty) -> dict[str, str]:
    """Propose what the parts are together: figures summed, texts put one below the other."""
    register = playbook_in_force(found.round.campaign).register(found.item.register.key)
    typed = {"text": pages.joined_text(found)}
    for need in _shared(found):
        field = register.field(need)
        said = [(p.org.label(lang()), p.content[need]) for p in found.inside if need in p.content]
        if field.type is FieldType.TEXT:
            typed[need] = "\n".join(f"{org}: {text}" for org, text in said)
        elif said:
            typed[need] = pages.total(v for _org, v in said)
    return typed


@login_required
@require_POST
def duty_chase(request: HttpRequest, code: str, pk: UUID, item: UUID) -> HttpResponse:
    """Remind the members whose part is missing, in one press."""
    found = queries.get_duty_for(seen_by(request), code, pk, item)
    try:
        done = actions.chase_duty(act_of(request), found)
        messages.success(request, _("%(n)s orgs were reminded.") % {"n": done.result["orgs"]})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:duty", code, pk, item)


@login_required
@require_POST
def duty_join(request: HttpRequest, code: str, pk: UUID, item: UUID) -> HttpResponse:
    """Join the parts; what was typed stays when it is refused."""
    seen = seen_by(request)
    found = queries.get_duty_for(seen, code, pk, item)
    typed = {k: str(v) for k, v in request.POST.items()}
    register = playbook_in_force(found.round.campaign).register(found.item.register.key)
    values, faults = {}, {}
    for need in _shared(found):
        try:
            values[need] = parse(register.field(need), typed.get(need, ""))
        except KernelError as error:
            faults[need] = error
    parts = shown(request.POST.getlist("part"))
    if late := [p.org.label(lang()) for p in found.late(parts)]:
        said = {"orgs": "、".join(late)}
        messages.error(
            request, _("Came in or changed since you looked, and not joined: %(orgs)s") % said
        )
    if faults:
        return _duty_page(request, found, typed, faults, status=422)
    given = {k: v for k, v in values.items() if v}
    joined = actions.Joined(typed.get("text", ""), given, parts, typed.get("without") == "1")
    own = bool(
        seen.answers_for(found.item.campaign_id, found.item.org_id) & {"contact", "principal"}
    )
    try:
        act = act_of(request, on_behalf_of=None if own else found.item.org_id)
        done = actions.join(act, found, joined)
    except ActionError as error:
        messages.error(request, sentence(error))
        return _duty_page(request, found, typed, {}, status=422)
    messages.success(request, _("%(n)s parts are joined.") % {"n": done.result["joined"]})
    return redirect("loop:duty", code, pk, item)
