"""The watch page, and reassignment in one step from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongjian.apps.accounts.edge import act_of
from gongjian.apps.accounts.forms import shown
from gongjian.apps.accounts.models import Org, Post
from gongjian.apps.accounts.org_views import answer
from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.actions import hand_over, move_duties
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle
from gongjian.apps.campaigns.forms.orgs import HandOverForm, LeadOverForm
from gongjian.apps.campaigns.leadership import duty_sheet, leading_posts
from gongjian.apps.campaigns.models import OVER, Item
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.views.leadership import campaign_for, head
from gongjian.apps.campaigns.views.orgs import language, org_names
from gongjian.apps.campaigns.watch import watch
from gongjian.lib import clock

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.models import Campaign


def _reasons() -> dict[str, str]:
    return {
        "ended": _("The org has ended"),
        "silent": _("Nobody can sign in for the org"),
        "abolished": _("The post was abolished"),
        "vacant": _("Nobody holds the post"),
        "too_many": _("Holds too many open items"),
    }


@login_required
@require_GET
def watch_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show the open items that nobody looks after as it should be."""
    seen, campaign = campaign_for(request, code, may="edit")
    place = _place(campaign)
    typed = request.session.pop(f"typed:{place}", {})
    day, today = today_of(campaign), clock.today()
    found = watch(seen, campaign, day, today)
    posts = leading_posts(day)
    words = _reasons()
    items = reverse("cockpit:items", args=[campaign.code])
    context = {
        **head(seen, campaign, "watch"),
        "watch": found,
        "orgs": [
            {
                "row": x,
                "why": words[x.reason],
                "name": x.org.label(language()),
                "href": f"{items}?org={x.org.pk}",
                "form": shown(HandOverForm, typed, f"org:{x.org.pk}", to=x.heir),
                "is_open": len(found.orgs) == 1 or typed.get("form") == f"org:{x.org.pk}",
                "ticked": typed.get("items", ()),
            }
            for x in found.orgs
        ],
        "leaders": [
            {
                "row": x,
                "why": words[x.reason],
                "name": x.post.label(language()),
                "battles": [b.label(language()) for b in x.battles],
                "form": _lead_form(typed, x.post, posts, day),
                "is_open": typed.get("form") == f"post:{x.post.pk}",
            }
            for x in found.leaders
        ],
        "org_names": org_names(today),
    }
    return render(request, "campaigns/watch.html", context)


def _lead_form(typed: dict[str, Any], post: Post, posts: list[Post], day: Any) -> LeadOverForm:
    form = shown(LeadOverForm, typed, f"post:{post.pk}", since=day)
    field: Any = form.fields["to"]
    field.choices = [("", "–"), *((p.pk, p.label(language())) for p in posts if p.pk != post.pk)]
    return form


def _place(campaign: Campaign) -> str:
    return reverse("campaigns:watch", args=[campaign.code])


@login_required
@require_POST
def reassign(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give the ticked items of an org, or all of them, to another one."""
    seen, campaign = campaign_for(request, code, may="edit")
    org = Org.objects.filter(pk=pk).first()
    if org is None:
        raise Http404
    rows = Item.objects.filter(queries.visible(seen, campaign.pk), campaign=campaign, org=org)
    rows = rows.exclude(category__in=OVER).select_related("campaign").order_by("code")
    ticked = request.POST.getlist("items")
    if ticked or request.POST.get("all") != "on":
        rows = rows.filter(code__in=ticked)

    def do(data: dict[str, Any]) -> None:
        hand_over(act_of(request, data["note"]), campaign, list(rows), data["to"])

    return answer(request, _place(campaign), f"org:{pk}", HandOverForm(request.POST), do)


@login_required
@require_POST
def lead_over(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give everything that a post leads to another one."""
    seen, campaign = campaign_for(request, code, may="edit")
    post = Post.objects.filter(pk=pk).first()
    if post is None:
        raise Http404
    form = LeadOverForm(request.POST)
    field: Any = form.fields["to"]
    field.queryset = Post.objects.filter(until=None)

    def do(data: dict[str, Any]) -> None:
        now = duty_sheet(seen, campaign, data["since"], language())
        mine = [d for d in now.duties if d.post == post]
        moves = tuple(Move(data["to"], d.battle, d.item, d.post) for d in mine)
        wanted = Reshuffle(data["since"], moves)
        move_duties(act_of(request, data["note"]), campaign, wanted)

    return answer(request, _place(campaign), f"post:{pk}", form, do)
