"""The heads that our own pages print are read as what they are, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from gongjian.apps.grid.columns import core_words
from gongjian.kernel.model.fields import Label
from gongjian.kernel.model.playbook import RegisterDef
from gongjian.kernel.playbook.head_words import CORE
from gongjian.kernel.playbook.meanings import bare, meanings

PLAIN = RegisterDef("any", Label("任意", "Any"), "X", "plain", "plain")
# In Chinese the accountable org and the owner are called alike; 进展 is a share or words, as its cells are.
OPEN = {"zh-hans": {"org", "progress"}, "en": set()}


@pytest.mark.parametrize("language", OPEN)
def test_the_heads_that_we_print_mean_what_they_say(language):
    known = meanings(PLAIN)
    with translation.override(language):
        words = core_words()
    for source, word in words.items():
        if source not in OPEN[language]:
            assert known[bare(word)] == source, word


def test_every_column_of_ours_has_a_word_in_the_table():
    assert set(core_words()) <= set(CORE)
