"""Secrets of tokens: how they are made, what is kept of them, what they may be let do."""

from __future__ import annotations

import hashlib
import secrets

from django.utils.translation import gettext_lazy as _

PREFIX = "gj_"
HINT = 8  # characters of a secret that may be shown again
# What a token may be let do; each beside what its person may do anyway.
SCOPES = {
    "read": _("Read everything that you see"),
    "items:write": _("Items: add, change, duties, links, listings, files, rosters, undo"),
    "loop:write": _("The closed loop: reports, steps, rounds and returns, launch, own targets"),
    "orgs:write": _("The organisation: orgs, posts, groups, people, task forces, hand-over"),
    "playbooks:write": _("Campaigns and playbooks: set up, copy, adopt, give up"),
}


def new_secret() -> str:
    """Make a secret: 256 bits behind a prefix that scanners of leaked files know."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Give what is kept of a secret; it is long and random, so a plain hash will do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
