"""The named cast and the settings that every test shares."""

from __future__ import annotations

import pytest

from tests.support.books import Books, make_books
from tests.support.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.STATICFILES_DIRS = []
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def books(cast) -> Books:
    return make_books(cast)
