"""Task forces of a campaign: set up, members in and out, an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.forms import LastDayForm, shown
from gongjian.apps.accounts.org_views import answer
from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.actions import end_task_force, found_task_force, release, second
from gongjian.apps.campaigns.actions.task_forces import Seconded, Setup
from gongjian.apps.campaigns.forms.orgs import EndForm, MemberForm, MemberSet, TaskForceForm
from gongjian.apps.campaigns.models import OVER, Campaign, Item, TaskForce, TaskForceMember
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.views.leadership import campaign_for, head
from gongjian.apps.campaigns.views.orgs import language, org_names
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import clock
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope


@login_required
@require_http_methods(["GET", "POST"])
def task_forces(request: HttpRequest, code: str) -> HttpResponse:
    """Show the task forces of a campaign; set one up."""
    if request.method == "GET":
        seen, campaign = campaign_for(request, code)
        return _page(request, seen, campaign)
    seen, campaign = campaign_for(request, code, may="edit")
    form = TaskForceForm(request.POST, auto_id=False).offer(campaign)
    lines = MemberSet(request.POST, prefix="m", auto_id="")
    if not form.is_valid() or not lines.is_valid():
        return _page(request, seen, campaign, (form, lines), _first(form, lines))
    members = tuple(_seconded(x) for x in lines.cleaned_data if x.get("person"))

    def do(data: dict[str, Any]) -> None:
        found_task_force(act_of(request), campaign, Setup(**data, members=members))

    try:
        do(form.cleaned_data)
    except ActionError as error:
        return _page(request, seen, campaign, (form, lines), sentence(error))
    return answer(request, _place(campaign), "done", form, lambda _data: None)


def _seconded(line: dict[str, Any]) -> Seconded:
    return Seconded(**line)


def _first(form: TaskForceForm, lines: Any) -> str:
    for one in (form, *lines.forms):
        for name, faults in one.errors.items():
            return f"{one.fields[name].label}: {faults[0]}"
    return _("Check the lines of the members.")


def _place(campaign: Campaign) -> str:
    return reverse("campaigns:task_forces", args=[campaign.code])


def _page(
    request: HttpRequest,
    seen: Scope,
    campaign: Campaign,
    typed_forms: tuple[TaskForceForm, Any] | None = None,
    problem: str = "",
) -> HttpResponse:
    typed = request.session.pop(f"typed:{_place(campaign)}", {})
    day = today_of(campaign)
    form, lines = typed_forms or (
        shown(TaskForceForm, {}, "", since=day, until=campaign.end_on).offer(campaign),
        MemberSet(prefix="m", auto_id=""),
    )
    context = {
        **head(seen, campaign, "task_forces"),
        "forces": _cards(seen, campaign, day, typed),
        "form": form,
        "lines": lines,
        "problem": problem,
        "org_names": org_names(clock.today()) if seen.is_office(campaign.pk) else [],
    }
    status = 422 if problem else 200
    return render(request, "campaigns/task_forces.html", context, status=status)


def _cards(
    seen: Scope, campaign: Campaign, day: dt.date, typed: dict[str, Any]
) -> list[dict[str, Any]]:
    """Give the task forces with members and the open items that one sees: three queries."""
    rows = TaskForce.objects.filter(campaign=campaign).select_related(
        "battle", "head", "org__successor"
    )
    forces = list(rows.order_by("name"))
    members: dict[UUID, list[TaskForceMember]] = {f.pk: [] for f in forces}
    found = TaskForceMember.objects.filter(task_force__in=forces)
    for member in found.select_related("person", "home_org").order_by("team", "since", "pk"):
        members[member.task_force_id].append(member)
    opened = Item.objects.filter(
        queries.visible(seen, campaign.pk),
        ~Q(category__in=OVER),
        campaign=campaign,
        org__in=[f.org_id for f in forces],
    )
    n_open = dict(opened.order_by().values_list("org").annotate(n=Count("pk")))
    cards = [
        {
            "force": f,
            "battle": f.battle.label(language()) if f.battle else "",
            "head": f.head.label(language()) if f.head else "",
            "is_over": (f.until is not None and f.until < day) or f.org.successor_id is not None,
            "n_open": n_open.get(f.org_id, 0),
            "href": f"{reverse('cockpit:items', args=[campaign.code])}?org={f.org_id}",
            "members": [
                {"row": m, "is_gone": m.until is not None and m.until < day,
                 "release": shown(LastDayForm, typed, f"release:{m.pk}", last_day=day)}
                for m in members[f.pk]
            ],
            "second": shown(MemberForm, typed, f"second:{f.pk}", since=day),
            "end": shown(EndForm, typed, f"end:{f.pk}", last_day=day),
            "is_open": typed.get("form", "").endswith(f":{f.pk}"),
        }
        for f in forces
    ]  # fmt: skip
    return sorted(cards, key=lambda c: bool(c["is_over"]))


def _force_for(request: HttpRequest, pk: UUID) -> TaskForce:
    """Fetch a task force in order to change it."""
    seen = seen_by(request)
    rows = TaskForce.objects.select_related("campaign", "org")
    force: TaskForce | None = rows.filter(pk=pk).first()
    if force is None or not queries.campaigns(seen).filter(pk=force.campaign_id).exists():
        raise Http404
    if not seen.is_office(force.campaign_id):
        raise PermissionDenied
    return force


@login_required
@require_POST
def add_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Second one more person."""
    force = _force_for(request, pk)

    def do(data: dict[str, Any]) -> None:
        if data["person"] is None:
            raise ActionError("taskforce.nobody_named")
        since = data["since"] or today_of(force.campaign)
        second(act_of(request), force, _seconded({**data, "since": since}))

    form = MemberForm(request.POST)
    return answer(request, _place(force.campaign), f"second:{pk}", form, do)


@login_required
@require_POST
def release_member(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a member home after a day."""
    row: TaskForceMember | None = TaskForceMember.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    force = _force_for(request, row.task_force_id)

    def do(data: dict[str, Any]) -> None:
        member = force.members.select_related("task_force__org").get(pk=pk)
        release(act_of(request), member, last_day=data["last_day"])

    form = LastDayForm(request.POST)
    return answer(request, _place(force.campaign), f"release:{pk}", form, do)


@login_required
@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a task force and hand over what is open."""
    force = _force_for(request, pk)

    def do(data: dict[str, Any]) -> None:
        end_task_force(act_of(request), force, last_day=data["last_day"], heir=data["heir"])

    return answer(request, _place(force.campaign), f"end:{pk}", EndForm(request.POST), do)
