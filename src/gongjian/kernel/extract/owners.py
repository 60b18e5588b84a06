"""Who answers for a piece of work: lead, responsible, cooperating orgs and leading posts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from gongjian.kernel.extract import words
from gongjian.kernel.extract.clauses import Clause, split
from gongjian.kernel.model.document import Span

_LABELLED = re.compile(
    rf"[（(]?(?P<word>{'|'.join(sorted(words.ROLE_WORDS, key=len, reverse=True))})[:：]\s*(?P<list>[^；;。）)\n]+)"
)
_BRACKET = re.compile(
    r"[（(](?P<list>[^（()）]{2,160}?)(?P<verb>分别负责|按职责分工负责|负责|牵头|落实)(?P<rest>[^（()）]*)[)）]"
)
_FIRST_LEADS = re.compile(
    r"列?(?:在)?第一位的?(?:者|部门|单位|责任单位)?为牵头|第一个单位为牵头|排(?:名|在)第一"
)
_BY = re.compile(r"^由(?P<who>[^，。；]{2,24}?)(?P<how>牵头|负责|会同|组织|统筹)")
_WITH = re.compile(
    r"(?P<who>[^，。；、]{2,16})会同(?P<with>[^，。；、]{2,24}?)(?=重点|共同|抓|开展|负责|加强|推进|做好|组织|攻坚|，|。|；|$)"
)
_SUBJECT = re.compile(
    rf"^(?P<who>(?:(?:{words.EVERY})?[\u4e00-\u9fff]{{0,12}}?(?:{words.ORG_TAILS})|各地|各级|试点地区|各区县?))"
    r"(?=要|应|须|负责|必须|牵头|统筹|结合|对|在|根据|按照|将|完善|建立|制定|组织|开展)"
)
_ETC = re.compile(r"(?:等(?:有关|相关)?(?:部门|单位)?)$")
_POST = re.compile(r"(?:书记|县长|区长|市长|主任|局长|部长|主席|领导|组长|镇长|常委|副职)(?:等)?$")


@dataclass
class Owners:
    """Owners by role, each with its place.

    Attributes
    ----------
    names : dict of str to list of str
        By role.
    spans : dict of str to list of Span
        By role, one for each name.
    """

    names: dict[str, list[str]] = field(default_factory=dict)
    spans: dict[str, list[Span]] = field(default_factory=dict)

    def add(self, role: str, name: str, span: Span) -> None:
        """Add an owner once.

        Parameters
        ----------
        role : str
            A role of the draft.
        name : str
            As written.
        span : Span
            Where.
        """
        if name and name not in self.names.setdefault(role, []):
            self.names[role].append(name)
            self.spans.setdefault(role, []).append(span)

    def of(self, role: str) -> tuple[str, ...]:
        """Give the owners in a role.

        Parameters
        ----------
        role : str
            A role of the draft.

        Returns
        -------
        tuple of str
            As written, in order.
        """
        return tuple(self.names.get(role, ()))

    def __bool__(self) -> bool:
        return any(self.names.values())


def first_leads(text: str) -> bool:
    """Tell whether the paper says that the first of a list is the lead.

    Parameters
    ----------
    text : str
        The whole paper.

    Returns
    -------
    bool
        True if it does.
    """
    return bool(_FIRST_LEADS.search(text))


def find_owners(clause: Clause, *, first_is_lead: bool) -> Owners:
    """Find the owners that a block or a sentence names.

    Parameters
    ----------
    clause : Clause
        The text.
    first_is_lead : bool
        Whether the first of a responsible list leads.

    Returns
    -------
    Owners
        Owners by role; may be empty.
    """
    owners = Owners()
    for m in _LABELLED.finditer(clause.text):
        role = words.ROLE_WORDS[m["word"]]
        _add_list(owners, role, clause, m.start("list"), m.end("list"))
    if not owners:
        for m in _BRACKET.finditer(clause.text):
            role = "lead" if m["verb"] == "牵头" else "responsible"
            _add_list(owners, role, clause, m.start("list"), m.end("list"))
            for other in re.finditer(
                r"[，,、]?(?P<list>[^，,]+?)(?:配合|参与|协同|负责)", m["rest"]
            ):
                start = m.start("rest") + other.start("list")
                kind = "responsible" if other.group().endswith("负责") else "cooperating"
                _add_list(owners, kind, clause, start, m.start("rest") + other.end("list"))
    if first_is_lead and owners.of("responsible") and not owners.of("lead"):
        owners.add("lead", owners.names["responsible"].pop(0), owners.spans["responsible"].pop(0))
    return owners


def find_actors(clause: Clause) -> Owners:
    """Find who acts in a sentence of a report: its subject, 由…牵头, …会同….

    Parameters
    ----------
    clause : Clause
        A clause.

    Returns
    -------
    Owners
        Owners by role; may be empty.
    """
    owners = Owners()
    if m := _BY.match(clause.text):
        who = m["who"]
        role = "leader" if _POST.search(who) else ("lead" if m["how"] == "牵头" else "responsible")
        _add_list(owners, role, clause, m.start("who"), m.end("who"))
    if m := _WITH.search(clause.text):
        _add_list(owners, "responsible", clause, m.start("who"), m.end("who"))
        _add_list(owners, "cooperating", clause, m.start("with"), m.end("with"))
    if not owners and (m := _SUBJECT.match(clause.text)):
        _add_list(owners, "responsible", clause, m.start("who"), m.end("who"))
    return owners


def split_names(clause: Clause) -> list[Clause]:
    """Cut a list of orgs.

    Parameters
    ----------
    clause : Clause
        Names joined by 、 or commas, line breaks or 和.

    Returns
    -------
    list of Clause
        One entry each, without 等 and the like.
    """
    names = []
    for part in split(clause, "、，,；;/ \n"):
        cut = _ETC.sub("", part.text)
        name = part.part(0, len(cut))
        stripped = re.sub(r"^(?:和|及|以及|\*)|\*$", "", name.text)
        start = name.text.find(stripped) if stripped else 0
        name = name.part(start, start + len(stripped))
        if "和" in name.text[2:-2] and _is_two(name.text):
            at = name.text.index("和", 2)
            names += [name.part(0, at), name.part(at + 1, len(name.text))]
        elif name.text:
            names.append(name)
    return names


def _is_two(text: str) -> bool:
    """区发改局和区经信局 are two; 发展和改革局 is one."""
    first = text[: text.index("和", 2)]
    return bool(re.search(rf"(?:{words.ORG_TAILS})$", first))


def _add_list(owners: Owners, role: str, clause: Clause, start: int, end: int) -> None:
    for name in split_names(clause.part(start, end)):
        if 1 < len(name.text) <= 30 and not re.search(r"[。：:]", name.text):
            owners.add(role, name.text, Span(name.start, name.end))
