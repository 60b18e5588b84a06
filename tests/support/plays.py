"""A playbook of a kind nobody thought of: a census of migrant birds, kept by volunteers."""

from __future__ import annotations

import datetime as dt

import yaml

from gongjian.apps.campaigns.actions import create_campaign, import_items
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register
from gongjian.playbooks.load import text_of
from tests.support.cast import act

CENSUS = """
format: 2
key: bird-census
version: 1
label: {zh: 候鸟普查, en: Bird census}
registers:
- key: sightings
  label: {zh: 观测点, en: Sightings}
  code_prefix: GC
  workflow: watch
  lights: calm
  needs: [due]
  note: {zh: 一处观测点一行。, en: One row for each place that is watched.}
  fields:
  - {key: species, label: {zh: 鸟种, en: Species}, type: choice, filterable: true,
     choices: [白鹭, 夜鹭, {key: duck, label: {zh: 绿头鸭, en: Mallard}}]}
  - {key: heads, label: {zh: 只数, en: Birds}, type: text, sortable: true}
  - {key: hide, label: {zh: 掩体, en: Hide}, type: text}
  - {key: seen_on, label: {zh: 观测日, en: Seen on}, type: date, required_at: [filed]}
  heads:
  - key: sheet
    label: {zh: 观测登记表, en: Sighting sheet}
    columns:
    - {head: 序号, source: number}
    - {head: 地点, source: title}
    - {head: 只数, source: "field:heads"}
- key: nests
  label: {zh: 巢箱, en: Nest boxes}
  code_prefix: CX
  workflow: watch
  lights: calm
workflows:
- key: watch
  initial: spotted
  states:
  - {key: spotted, category: open, label: {zh: 待观测, en: Spotted}}
  - {key: counting, category: active, label: {zh: 观测中, en: Counting}}
  - {key: filed, category: closed, label: {zh: 已归档, en: Filed}}
  steps:
  - {key: report, label: {zh: 记录, en: Record}, sources: [spotted, counting], target: counting,
     roles: [contact, principal, office], requires: [[progress, no_change]]}
  - {key: close_out, label: {zh: 归档, en: File}, sources: [counting], target: filed,
     roles: [office], grants: true}
  - {key: reopen, label: {zh: 重测, en: Count again}, sources: [filed], target: counting,
     roles: [office]}
lights:
- {code: green, shape: circle, colour: "#3fc380", word: {zh: 正常, en: Fine}, meaning: {zh: 按计划, en: As planned}}
- {code: yellow, shape: triangle, colour: "#f5c451", word: {zh: 留意, en: Watch}, meaning: {zh: 快到期, en: Due soon}}
- {code: red, shape: square, colour: "#ff6b6b", word: {zh: 逾期, en: Late}, meaning: {zh: 已过期, en: Past due}}
- {code: done, shape: check, colour: "#6ea8fe", word: {zh: 归档, en: Filed}, meaning: {zh: 已归档, en: Filed}}
- {code: none, shape: dash, colour: "#93a1b5", word: {zh: 无期限, en: No date}, meaning: {zh: 未定, en: Not set}}
light_rules:
- {key: calm, soon_days: 3, behind_yellow: 2000, behind_red: 5000}
role_words:
- {role: owner, word: {zh: 观测员, en: Watcher}, also: [记录员]}
battles:
- {name: {zh: 湿地线, en: Wetlands}, leader: {zh: 领队, en: Leader}}
- {name: {zh: 山林线, en: Woods}, leader: {zh: 副领队, en: Deputy}}
duties:
- {key: weekly, label: {zh: 每周巡线, en: Walk the line}, every: week, role: leader, portfolio: 湿地}
"""
START, END = dt.date(2021, 7, 1), dt.date(2021, 9, 30)


def content() -> dict:
    """Give the census as content, to be changed."""
    return yaml.safe_load(CENSUS)


def field_of(said: dict, key: str) -> dict:
    """Find a field of the first register."""
    return next(f for f in said["registers"][0]["fields"] if f["key"] == key)


def rename_state(said: dict, old: str, new: str) -> dict:
    """Give a state another key wherever it is named."""
    text = text_of(said).replace(f"key: {old}\n", f"key: {new}\n")
    text = text.replace(f"- {old}\n", f"- {new}\n").replace(f": {old}\n", f": {new}\n")
    return yaml.safe_load(text)


def changed() -> dict:
    """Split and rename a state, change a type, remove a field, add a required one."""
    said = rename_state(content(), "counting", "day_count")
    flow = said["workflows"][0]
    night = {"key": "night_count", "category": "active", "label": {"zh": "夜测", "en": "By night"}}
    flow["states"].insert(2, night)
    step = {"key": "to_night", "label": {"zh": "转夜测", "en": "To night"}, "roles": ["office"]}
    flow["steps"].append({**step, "sources": ["day_count"], "target": "night_count"})
    flow["steps"][1]["sources"].append("night_count")
    field_of(said, "heads")["type"] = "number"
    fields = said["registers"][0]["fields"]
    fields.remove(field_of(said, "hide"))
    weather = {"key": "weather", "label": {"zh": "天气", "en": "Weather"}, "type": "text"}
    fields.append({**weather, "required_at": ["filed"]})
    return said


CHOSEN = {r: {"counting": "day_count"} for r in ("sightings", "nests")}
AGREED = ["sightings.hide"]


def census(code: str = "BC21", by=None, day: dt.date | None = START) -> tuple[Campaign, Register]:
    """Found the census."""
    campaign = Campaign(code=code, name=f"候鸟普查{code}", start_on=START, end_on=END)
    battles = [Battle(campaign=campaign, order=0, name="湿地线")]
    create_campaign(act(by, day), campaign, CENSUS, battles)
    return campaign, Register.objects.get(campaign=campaign, key="sightings")


def sight(campaign: Campaign, register: Register, n: int, *, state="counting", **fields):
    """Add rows with values under each field; gives them in the order of their codes."""
    values = {"species": "duck", "heads": "12", "hide": "芦苇丛", **fields}
    rows = [
        Item(
            campaign=campaign, register=register, title=f"观测点{i}", state=state,
            start_on=START, due=END, fields=dict(values),
        )
        for i in range(n)
    ]  # fmt: skip
    import_items(act(day=START), campaign, rows)
    return list(Item.objects.filter(pk__in=[r.pk for r in rows]).order_by("code"))
