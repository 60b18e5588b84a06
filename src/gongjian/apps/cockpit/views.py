"""Reading pages: home, cockpit, campaign, lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from gongjian.apps.accounts.edge import seen_by
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.related import registers_for
from gongjian.apps.cockpit import items as rows
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.ledger_views import day_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the campaigns that exist for this person."""
    seen = seen_by(request)
    cards = []
    for campaign in campaigns.campaigns(seen)[:20]:
        asked = queries.ask(seen, campaign, None)
        sums = campaigns.cells(seen, campaign).total()
        cards.append({
            "head": queries.head(asked, "cockpit:cockpit"),
            "meter": queries.meter(asked, sums),
            "campaign": campaign,
        })  # fmt: skip
    return render(request, "cockpit/home.html", {"cards": cards, "is_office": seen.is_office()})


@login_required
@require_GET
def cockpit(request: HttpRequest, code: str) -> HttpResponse:
    """Show the dark screen of a campaign, of today or as of a day."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day_of(request))
    urgent = [] if asked.is_past else campaigns.urgent(seen, asked.campaign)
    context = {
        "page": queries.cockpit_page(asked),
        "urgent": [rows.item_row(asked, i) for i in urgent],
    }
    return render(request, "cockpit/cockpit.html", context)


@login_required
@require_GET
def campaign(request: HttpRequest, code: str) -> HttpResponse:
    """Show a campaign plainly: battles, then their items."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day_of(request))
    cells = campaigns.cells(seen, asked.campaign, asked.day if asked.is_past else None)
    battles = campaigns.battles(asked.campaign)
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "campaign": asked.campaign,
        "meter": queries.meter(asked, cells.total()),
        "battles": queries.battle_cards(asked, cells, battles),
        "registers": queries.register_cards(asked, cells, registers_for(seen, asked.campaign)),
        "targets": [queries.target_row(a) for a in queries.shown_aims(asked)],
    }
    return render(request, "cockpit/campaign.html", context)


@login_required
@require_GET
def items(request: HttpRequest, code: str) -> HttpResponse:
    """Show the rows behind a number."""
    seen = seen_by(request)
    asked = queries.ask(seen, campaigns.get_campaign_for(seen, code), day_of(request))
    wanted = rows.filter_of(request.GET.dict())
    after = request.GET.get("after")
    if asked.is_past:
        page = campaigns.page_as_of(seen, asked.campaign, wanted, asked.day, after)
    else:
        page = campaigns.page(campaigns.items(seen, asked.campaign, wanted), after)
    kept = {k: v for k, v in request.GET.dict().items() if k not in {"after", "day"} and v}
    context = {
        "head": queries.head(asked, "cockpit:items"),
        "rows": [rows.item_row(asked, i) for i in page.items],
        "n": min(page.n, campaigns.COUNT_CAP),
        "is_more": page.n > campaigns.COUNT_CAP,
        "next": asked.items(**kept, after=page.after) if page.after else "",
        "filters": _chips(asked, kept),
        "choose": queries.choices(asked, kept),
        "others": {k: v for k, v in kept.items() if k not in queries.CHOSEN},
    }
    return render(request, "cockpit/items.html", context)


def _chips(asked: queries.Asked, kept: dict[str, str]) -> list[dict[str, str]]:
    """Name each filter, with the address of the list without it."""
    named = {str(b.pk): b.label(queries.lang()) for b in campaigns.battles(asked.campaign)}
    chips = []
    for name, value in kept.items():
        word = named.get(value) or _word(asked, name, value)
        others = {k: v for k, v in kept.items() if k != name}
        chips.append({"word": word, "without": asked.items(**others)})
    return chips


def _word(asked: queries.Asked, name: str, value: str) -> str:
    if name == "light" and value in queries.NO_LIGHT:
        return asked.playbook.light(value).word.of(queries.lang())
    if name == "due":
        return queries.due_word(value)
    if name == "own":
        return _("My org answers for it")
    if name == "org":
        return queries.org_word(value, asked.until if asked.is_past else None)
    return value
