"""A campaign is set up: from a shipped playbook, from a text, or as last year's was."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import queries, shape, versions
from gongjian.apps.campaigns.actions import copy_campaign, create_campaign
from gongjian.apps.campaigns.forms.playbooks import FoundForm, TextForm, first_errors
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.campaigns.sources import (
    Source,
    battles_of,
    from_builtin,
    from_campaign,
    from_text,
)
from gongjian.kernel.errors import KernelError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import problem_lines, sentence
from gongjian.playbooks.load import builtin_keys, load_builtin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what the campaign is made of, then say what it is called and when it runs."""
    seen = seen_by(request)
    versions.require_office(seen)
    try:
        source = _source(request, seen)
    except KernelError as error:
        return _choose(request, seen, problem_lines(error) or [sentence(error)])
    if source is None:
        sent = TextForm(request.POST or None, request.FILES or None)
        return _choose(request, seen, first_errors(sent) if sent.is_bound else [])
    if "name" not in request.POST:
        return _ask(request, source, FoundForm(initial=_initial(source)), [])
    form = FoundForm(request.POST)
    if not form.is_valid():
        return _ask(request, source, form, first_errors(form))
    try:
        done = _create(request, seen, source, form)
    except KernelError as error:
        return _ask(request, source, form, problem_lines(error) or [sentence(error)])
    told = _("The campaign %(campaign)s is set up with %(items)s items.") % done
    messages.success(request, told)
    if n := done.get("undated"):
        left = _(
            "%(n)s due dates would lie after the end of the period and were left blank: complete them "
            "in a round."
        )
        messages.warning(request, left % {"n": n})
    return redirect("cockpit:campaign", done["campaign"])


def _source(request: HttpRequest, seen: Scope) -> Source | None:
    """Read what was chosen: by address on the first visit, by hidden fields on the next."""
    given = request.POST or request.GET
    if code := given.get("from", ""):
        return from_campaign(versions.get_own_campaign_for(seen, code))
    if key := given.get("playbook", ""):
        return from_builtin(key)
    form = TextForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        return from_text(form.cleaned_data["text"])
    return None


def _choose(request: HttpRequest, seen: Scope, errors: Sequence[str]) -> HttpResponse:
    rows = [
        {"key": p.key, "label": shape.say(p.label), "registers": shape.register_rows(p)}
        for p in map(load_builtin, builtin_keys())
    ]
    own = [c for c in queries.campaigns(seen)[:50] if seen.is_office(c.pk)]
    context = {
        "rows": rows, "own": own, "errors": errors, "text": request.POST.get("text", ""),
    }  # fmt: skip
    return render(request, "campaigns/new.html", context, status=422 if errors else 200)


def _ask(
    request: HttpRequest, source: Source, form: FoundForm, errors: Sequence[str]
) -> HttpResponse:
    ticked = request.POST.getlist("battle") if "name" in request.POST else None
    fronts = [(f, ticked is None or f.name in ticked) for f in source.fronts()]
    context: dict[str, Any] = {
        "source": source,
        "playbook_name": shape.say(source.playbook.label),
        "registers": shape.register_rows(source.playbook),
        "fronts": fronts,
        "form": form,
        "errors": errors,
        "text": "" if source.key or source.former else source.text,
        "n_items": source.former.items.count() if source.former else 0,
        "request_id": request.POST.get("request_id") or str(new_id()),
    }
    return render(request, "campaigns/new_from.html", context, status=422 if errors else 200)


def _initial(source: Source) -> dict[str, Any]:
    """Propose what follows from a former campaign: its name stays, its period is a year later."""
    former = source.former
    if former is None:
        return {"dates": "shift"}
    later = former.start_on + dt.timedelta(days=365)
    return {
        "start_on": later,
        "end_on": later + (former.end_on - former.start_on),
        "name": former.name, "name_en": former.name_en, "goal": former.goal,
        "take_duties": True, "take_fields": True, "dates": "shift",
    }  # fmt: skip


def _create(request: HttpRequest, seen: Scope, source: Source, form: FoundForm) -> dict[str, Any]:
    data = form.cleaned_data
    campaign = Campaign(
        id=new_id(), former=source.former,
        **{n: data[n] for n in ("code", "name", "name_en", "goal", "start_on", "end_on")},
    )  # fmt: skip
    ticked = set(request.POST.getlist("battle"))
    chosen = [f for f in source.fronts() if f.name in ticked]
    fronts = list({f.name: f for f in [*chosen, *form.further()]}.values())
    battles = battles_of(campaign, source, fronts)
    if source.former is None:
        rows = list(battles.values())
        return create_campaign(act_of(request), campaign, source.text, rows).result
    items = []
    if data["take_items"]:
        found = queries.items(seen, source.former, queries.ItemFilter())
        items = list(found.select_related("register"))
    args = (campaign, source.text, battles, items, form.taken())
    return copy_campaign(act_of(request), *args).result
