"""What papers name belongs into playbooks and examples, never into the program."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "gongjian"


def test_no_place_or_battle_of_the_examples_stands_in_the_program():
    words = re.compile("越城|萧山|整改争效|要素争强|平安争鼎|亚运|钱江世纪城|综保区")
    rooms = [p for p in SOURCE.rglob("*.py") if not {"playbooks", "demo"} & set(p.parts)]
    found = [p.name for p in rooms if words.search(p.read_text(encoding="utf-8"))]
    assert found == []
