"""Every step that may be taken back is one, and every step that touches an item has a word."""

from __future__ import annotations

from django.apps import apps

from gongjian.apps.campaigns.undoing import UNDOABLE
from gongjian.apps.cockpit.history import _ACTIONS
from gongjian.apps.ledger.book import ACTIONS


def test_what_may_be_undone_is_an_action():
    assert apps.ready
    assert set() == UNDOABLE - ACTIONS


def test_the_words_of_histories_are_of_actions():
    assert set(_ACTIONS) - ACTIONS == set()
