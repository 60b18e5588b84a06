"""Start Django for the commands that need the database, in the command line's language."""

from __future__ import annotations

import os


def setup() -> None:
    """Load settings and apps."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongjian.site.settings")
    import django
    from django.utils import translation

    from gongjian.cli.words import language

    django.setup()
    translation.activate("en" if language() == "en" else "zh-hans")
