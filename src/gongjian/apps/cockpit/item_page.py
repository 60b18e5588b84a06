"""The page of one item: all that hangs on it, of now or as a day ended, for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns import related
from gongjian.apps.campaigns.fields import (
    clear_fields,
    editable_fields,
    ids_in,
    said,
    visible_fields,
)
from gongjian.apps.campaigns.models import CaseKey, Disclosure, Responsibility
from gongjian.apps.campaigns.naming import names_of
from gongjian.apps.campaigns.personal import is_sealed
from gongjian.apps.campaigns.uploads import ALLOWED
from gongjian.apps.cockpit.history import Past, moment
from gongjian.apps.cockpit.items import brief_rows, item_row, why
from gongjian.apps.cockpit.pages import (
    DutyRow,
    FieldRow,
    ListingRow,
    ReadingRow,
    TieRow,
)
from gongjian.apps.cockpit.queries import Asked, lang, target_row
from gongjian.apps.loop.deciding import deciding_context
from gongjian.apps.loop.queries import reports, step_roles
from gongjian.apps.loop.way import Way
from gongjian.apps.targets.queries import Aim, aims_of
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import computed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.campaigns.queries import Brief
    from gongjian.apps.campaigns.related import Place
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import RegisterDef

READINGS = 50


@dataclass
class ItemPage:
    """One item as one person asks for it; parts are fetched once, when they are first looked at."""

    asked: Asked
    item: Item
    until: dt.datetime | None

    @cached_property
    def seen(self) -> Scope:
        return self.asked.seen

    @cached_property
    def roles(self) -> frozenset[str]:
        return campaigns.roles(self.seen, self.item)

    @cached_property
    def register(self) -> RegisterDef:
        return self.asked.playbook.register(self.item.register.key)

    @cached_property
    def fields(self) -> tuple[FieldDef, ...]:
        return visible_fields(self.register, self.roles)

    @cached_property
    def has_personal(self) -> bool:
        return any(f.personal for f in self.register.fields)

    @cached_property
    def below(self) -> list[Brief]:
        return related.below(self.seen, self.item, self.until)

    @cached_property
    def duties(self) -> list[Responsibility]:
        return related.duties(self.item, self.asked.day, self.until)

    @cached_property
    def ties(self) -> list[related.Tie]:
        return related.ties(self.seen, self.item, self.until)

    @cached_property
    def places(self) -> list[related.Place]:
        return related.places(self.seen, self.item, self.asked.playbook, self.until)

    @cached_property
    def files(self) -> list[Any]:
        shown = {f.key for f in self.fields}
        return [f for f in related.files(self.item, self.until) if not f.field or f.field in shown]

    @cached_property
    def names(self) -> dict[str, str]:
        ids = ids_in(self.fields, self.item.fields)
        for place in self.places:
            for kind, found in ids_in(place.columns, place.listing.fields).items():
                ids.setdefault(kind, set()).update(found)
        ids.pop(FieldType.FILE, None)
        near = [*self.below[: related.SHOWN_BELOW], *(t.other for t in self.ties)]
        ids.setdefault(FieldType.ORG, set()).update(b.org_id for b in near if b.org_id)
        orgs = [self.item.org, *(d.org for d in self.duties)]
        known = {str(o.pk): o.label(lang()) for o in orgs if o is not None}
        wanted = {k: {pk for pk in found if str(pk) not in known} for k, found in ids.items()}
        return known | names_of(wanted, lang()) | {str(f.pk): f.name for f in self.files}

    @cached_property
    def is_erased(self) -> bool:
        """Tell whether personal fields are there but their key is gone: one query, if there are any."""
        if not any(map(is_sealed, self.item.fields.values())):
            return False
        return not CaseKey.objects.filter(item=self.item.pk).exists()

    def field_rows(self) -> list[FieldRow]:
        """Give the fields with their values, as printed."""
        values = {
            **self.item.fields,
            **computed(self.register, self.item.fields, self._fields_below()),
        }
        return [self._field_row(f, values.get(f.key)) for f in self.fields]

    def _fields_below(self) -> list[dict[str, Any]]:
        adds_up = any(f.compute and f.compute.over == "children" for f in self.fields)
        if not adds_up or not self.below:
            return []
        return related.fields_below(self.seen, self.item, self.until)

    def _field_row(self, field: FieldDef, value: Any) -> FieldRow:
        is_gone = field.personal and is_sealed(value) and self.is_erased
        text = _("destroyed") if is_gone else said(field, value, lang(), self.names)
        is_file = field.type is FieldType.FILE
        href = text if field.type is FieldType.LINK and text.startswith(("http:", "https:")) else ""
        return FieldRow(
            key=field.key,
            label=field.label.of(lang()),
            text="" if is_file else text,
            is_personal=field.personal,
            href=href,
            files=tuple(f for f in self.files if f.field == field.key) if is_file else (),
        )

    def duty_rows(self) -> list[DutyRow]:
        """Give who is what, each role once, under the word that the playbook prints for it."""
        by_role: dict[str, list[Responsibility]] = {}
        for duty in self.duties:
            by_role.setdefault(duty.role, []).append(duty)
        order = list(Responsibility.Role.values)
        return [
            DutyRow(self.role_label(role), tuple((d.pk, holder(d)) for d in by_role[role]))
            for role in sorted(by_role, key=order.index)
        ]

    def role_label(self, role: str) -> str:
        """Give the word for a role in this register."""
        word = self.asked.playbook.role_word(self.register.key, role)
        return word.of(lang()) if word else _(_ROLES[role])

    def below_rows(self) -> list[dict[str, Any]]:
        """Give the items right below, each with how many lie below it."""
        shown = self.below[: related.SHOWN_BELOW]
        if not shown:
            return []
        keys = {self.item.register_id: self.item.register.key}
        if {b.register_id for b in shown} - set(keys):
            keys = dict(self.asked.campaign.registers.values_list("pk", "key"))
        counts = campaigns.counts_below(self.seen, self.item.campaign_id, shown)
        rows = brief_rows(self.asked, shown, keys, self.names)
        for row, brief in zip(rows, shown, strict=True):
            row["n_below"] = counts.get(brief.pk, 0)
        return rows

    def tie_rows(self) -> list[tuple[str, list[TieRow]]]:
        """Give the links by what they say, in both directions."""
        found: dict[str, list[TieRow]] = {}
        for tie in self.ties:
            word = self._tie_word(tie)
            other = tie.other
            row = TieRow(
                pk=tie.link.pk,
                code=other.code,
                title=other.title,
                org=self.names.get(str(other.org_id), ""),
                note=tie.link.note,
                href=reverse("cockpit:item", args=[other.code]),
            )
            found.setdefault(word, []).append(row)
        return list(found.items())

    def _tie_word(self, tie: related.Tie) -> str:
        """A link of another campaign's playbook has its words there; without them its key stands."""
        for link in self.asked.playbook.links:
            if link.key == tie.link.kind:
                return (link.back if tie.is_back else link.label).of(lang())
        return tie.link.kind

    def _sees_there(self, field: FieldDef, place: Place) -> bool:
        """A column that names roles is seen by whoever holds one where the item is listed."""
        held = self.seen.wide_roles(place.listing.campaign_id)
        return not field.see or bool(held & {*field.see, "office"})

    def listing_rows(self) -> list[ListingRow]:
        """Give where else it is listed, with the columns that it has only there."""
        return [
            ListingRow(
                pk=place.listing.pk,
                number=place.listing.number,
                register=place.register.label.of(lang()),
                campaign=place.listing.campaign.label(lang()),
                battle=place.listing.battle.label(lang()) if place.listing.battle else "",
                columns=tuple(
                    (f.label.of(lang()), text)
                    for f in place.columns
                    if self._sees_there(f, place)
                    and (text := said(f, place.listing.fields.get(f.key), lang(), self.names))
                ),
                href=reverse(
                    "grid:register", args=[place.listing.campaign.code, place.register.key]
                ),
                may_edit=self.may_write and self.seen.is_office(place.listing.campaign_id),
            )
            for place in self.places
        ]

    @cached_property
    def may_write(self) -> bool:
        """The past is read only."""
        return not self.asked.is_past

    @cached_property
    def rights(self) -> frozenset[str]:
        return campaigns.rights_of(self.roles) if self.may_write else frozenset()

    @cached_property
    def way(self) -> Way:
        held = step_roles(self.seen, self.item, self.duties)
        return Way(
            self.item, self.asked.playbook, held, self.asked.day, bool(self.files), self.until
        )

    def readings(self) -> list[ReadingRow]:
        """Give who read the personal fields, for the office and the auditor."""
        if not self.has_personal or not self.roles & {"office", "auditor"}:
            return []
        rows = Disclosure.objects.filter(item=self.item)
        if self.until:
            rows = rows.filter(at__lt=self.until)
        found = list(rows.order_by("-at")[:READINGS])
        people = Person.objects.in_bulk({r.by for r in found if r.by})
        labels = {f.key: f.label.of(lang()) for f in self.register.fields}
        return [
            ReadingRow(
                at=r.at,
                who=people[r.by].label(lang()) if r.by in people else _("System"),
                what="、".join(labels.get(k, k) for k in r.fields),
                why=_("looked up") if r.reason == "lookup" else r.reason,
                is_erasure=r.kind == Disclosure.Kind.ERASED,
            )
            for r in found
        ]

    def past(self) -> Past:
        """Give what its history is told with."""
        past = Past(self.item, self.asked.playbook, self.fields, names=dict(self.names))
        self._tell_tied(past, self.duties, self.ties, self.places, self.files)
        for aim in self.aims:
            past.tied[aim.target.pk] = (_("Works for the target"), aim.target.subject)
            past.tables[aim.target.pk] = aim.target._meta.label_lower
        return past

    def _tell_tied(
        self,
        past: Past,
        duties: Iterable[Responsibility],
        ties: Iterable[related.Tie],
        places: Iterable[related.Place],
        files: Iterable[Any],
    ) -> None:
        told: list[tuple[Any, str, str]] = []
        told += [(d, self.role_label(d.role), holder(d)) for d in duties]
        told += [(t.link, self._tie_word(t), f"{t.other.code} {t.other.title}") for t in ties]
        told += [
            (p.listing, _("Listed in %(register)s") % {"register": p.register.label.of(lang())},
             p.listing.number)
            for p in places
        ]  # fmt: skip
        told += [(f, _("File"), f.name) for f in files]
        for row, noun, text in told:
            past.tied[row.pk] = (noun, text)
            past.tables[row.pk] = row._meta.label_lower

    def whole_past(self) -> Past:
        """Give what its history is told with, including what hung on it once."""
        past = self.past()
        gone = related.parted(self.seen, self.item, self.asked.playbook)
        seen = {f.key for f in self.fields}
        files = [f for f in gone.files if not f.field or f.field in seen]
        self._tell_tied(past, gone.duties, gone.ties, gone.places, files)
        return past

    def context(self) -> dict[str, Any]:
        """Give everything that the page shows."""
        sources = self.seen.may_see_sources(self.item.campaign_id)
        history, is_more = self.past().rows(self.until) if sources else ([], False)
        fields = self.field_rows()
        return {
            "item": self.item,
            "row": item_row(self.asked, self.item),
            "why": why(self.asked, self.item),
            "register": self.register.label.of(lang()),
            "fields": [f for f in fields if f.text or f.files],
            "unfilled": [f.label for f in fields if not (f.text or f.files)],
            "duties": self.duty_rows(),
            "above": self.above(),
            "below": self.below_rows(),
            "n_below": len(self.below),
            "child_registers": self._child_registers(),
            "ties": self.tie_rows(),
            "listings": self.listing_rows(),
            "files": [f for f in self.files if not f.field],
            "targets": [(a.target.pk, target_row(a)) for a in self.aims],
            "reports": [(moment(r.at), r) for r in reports(self.item, self.until)[:20]]
            if sources
            else [],
            "history": history,
            "is_more_history": is_more,
            "clause": clause_parts(self.item) if sources else [],
            "may": self.rights,
            "may_edit": bool(self.may_write and editable_fields(self.register, self.roles)),
            "may_attach": bool(self.rights & {"report", "edit"}),
            "is_closed": self.item.due_state == "closed",
            **self._way(),
            **self._personal(),
            **self._choices(),
        }

    def _way(self) -> dict[str, Any]:
        """Give whose turn it is, which steps are open, what may be raised, asked and decided."""
        way = self.way.context(may_write=self.may_write)
        deciding = deciding_context(self.seen, self.item, self.asked.playbook, self.rights)
        if not self.may_write:
            deciding["decision_request"] = None
        if deciding["decision_request"] is not None:
            way["steps"] = [s for s in way["steps"] if s.key != "decide"]
        return way | deciding

    @cached_property
    def aims(self) -> list[Aim]:
        return aims_of(self.item, self.asked.day, self.until)

    def above(self) -> dict[str, str]:
        """Give the item above this one, if there is one that the reader sees."""
        if self.item.parent_id is None:
            return {}
        found = related.seen_items(self.seen, {self.item.parent_id}, self.item.campaign_id)
        return {"code": b.code, "title": b.title} if (b := found.get(self.item.parent_id)) else {}

    def _personal(self) -> dict[str, Any]:
        if not self.has_personal:
            return {"may_reveal": False, "may_erase": False, "readings": [], "is_erased": False}
        has = any(is_sealed(v) for v in self.item.fields.values()) and not self.is_erased
        has_key = CaseKey.objects.filter(item=self.item.pk).exists()  # also for what was emptied
        clear = clear_fields(self.register, self.item, self.roles, self.seen)
        clear = tuple(f for f in clear if is_sealed(self.item.fields.get(f.key)))
        return {
            "may_reveal": bool(self.may_write and has and clear),
            "may_erase": self.may_write and has_key and "office" in self.roles,
            "readings": self.readings(),
            "is_erased": self.is_erased,
        }

    def _choices(self) -> dict[str, Any]:
        """Give what the small forms of the page offer; nothing to those who may not use them."""
        if "edit" not in self.rights:
            return {
                "link_kinds": [],
                "duty_roles": [],
                "file_fields": self._file_fields(),
                "file_limit": settings.FILE_MAX_BYTES // (1024 * 1024),
            }
        return {
            "link_kinds": list(self._link_kinds()),
            "duty_roles": [(r, self.role_label(r)) for r in Responsibility.Role.values],
            "file_fields": self._file_fields(),
            "accepted": ",".join(f".{e}" for endings in ALLOWED.values() for e in endings),
            "file_limit": settings.FILE_MAX_BYTES // (1024 * 1024),
        }

    def _file_fields(self) -> list[tuple[str, str]]:
        return [(f.key, f.label.of(lang())) for f in self.fields if f.type is FieldType.FILE]

    def _link_kinds(self) -> Iterable[tuple[str, str]]:
        here = self.register.key
        for link in self.asked.playbook.links:
            if not link.sources or here in link.sources:
                yield link.key, link.label.of(lang())
            if not link.targets or here in link.targets:
                yield f"-{link.key}", link.back.of(lang())

    def _child_registers(self) -> list[tuple[str, str]]:
        """Give the registers in which an item may be added below this one."""
        if "edit" not in self.rights:
            return []
        here = self.register.key
        return [
            (r.key, r.label.of(lang()))
            for r in self.asked.playbook.registers
            if r.key == here or here in r.parents
        ]


def holder(duty: Responsibility) -> str:
    """Name who holds a duty."""
    if duty.org is not None:
        return duty.org.label(lang())
    return duty.post.label(lang()) if duty.post is not None else duty.printed


_ROLES = {
    "leader": noop("Leading official"),
    "lead": noop("Lead org"),
    "owner": noop("Responsible org"),
    "support": noop("Supporting org"),
    "overseer": noop("Overseeing org"),
    "contact": noop("Contact"),
}


def clause_parts(item: Item) -> list[tuple[str, bool]]:
    """Give the sentence of the paper an item came from, cut where the marked words begin and end."""
    spans = item.clause.get("text") if item.paper else None
    if not spans or item.paper is None:
        return []
    start, end = spans[0][0], spans[-1][1]
    text = item.paper.text
    before = max(text.rfind("\n", 0, start), text.rfind("。", 0, start)) + 1
    stops = [p for p in (text.find("\n", end), text.find("。", end)) if p >= 0]
    after = min(stops) + 1 if stops else len(text)
    return [
        (text[before:start], False),
        (text[start:end], True),
        (text[end:after].rstrip("\n"), False),
    ]
