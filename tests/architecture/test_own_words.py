"""What papers name belongs into playbooks and examples, never into the program."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "gongjian"


def test_no_place_or_battle_of_the_examples_stands_in_the_program():
    words = re.compile(
        "越城|萧山|整改争效|要素争强|平安争鼎|亚运|钱江|综保区|绍兴|滨海|首位引领|兴城|2021|Yuecheng|Xiaoshan"
    )
    texts = {".py", ".html", ".po", ".js", ".css"}
    files = [p for p in SOURCE.rglob("*") if p.suffix in texts and "dist" not in p.parts]
    rooms = [p for p in files if not {"playbooks", "migrations"} & set(p.parts)]
    assert len(rooms) > 100
    found = [p.name for p in rooms if words.search(p.read_text(encoding="utf-8"))]
    assert found == []
