"""The named cast and the settings that every test shares."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as given_settings

from tests.support.books import Books, make_books
from tests.support.cast import Cast, make_cast

# The machines are shared: how fast an example is made says nothing about the code.
given_settings.register_profile(
    "shared", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
given_settings.load_profile("shared")


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
