"""The channels: each takes a message and gives the code of why it did not arrive, or none."""

from __future__ import annotations

import datetime as dt
import json
from smtplib import SMTPRecipientsRefused
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Person
from gongjian.apps.notices.models import Delivery, Hook, Preference
from gongjian.apps.notices.outbox import DIGEST, MAIL, MAIL_DOWN, WEBHOOK, when
from gongjian.apps.notices.queries import notices, waiting_counts
from gongjian.apps.notices.retrying import DELIVERED, LATER, refused
from gongjian.apps.notices.sentences import KINDS
from gongjian.lib import clock, outgoing, vault

if TYPE_CHECKING:
    from collections.abc import Callable

    from gongjian.apps.accounts.access import Scope

VERSION = 1  # of what a webhook sends


def link(path: str) -> str:
    """Give a whole address of this site."""
    if settings.SITE_ADDRESS:
        return f"{settings.SITE_ADDRESS.rstrip('/')}{path}"
    host = next(iter(settings.ALLOWED_HOSTS), "localhost").lstrip(".").replace("*", "localhost")
    return f"{'https' if settings.SECURE_TLS else 'http'}://{host}{path}"


def send(row: Delivery) -> str:
    """Send one message by its channel; what of rights and wishes has changed since is looked at now."""
    channel = CHANNELS.get(row.channel)
    return channel(row) if channel else "channel_off"


def by_mail(row: Delivery) -> str:
    """Write to a person, if they still may know and still want to."""
    person = Person.objects.select_related("preference").filter(pk=row.receiver).first()
    wish: Preference | None = getattr(person, "preference", None)
    if person is None or wish is None or not wish.email or not settings.MAIL_IS_ON:
        return "channel_off"
    seen = scope(person, clock.today())
    with translation.override(wish.language):
        letter = (
            _digest(row, wish, seen) if row.payload["code"] == DIGEST else _one(row, wish, seen)
        )
    if isinstance(letter, str):
        return letter
    return _post(row, wish, *letter)


def _one(row: Delivery, wish: Preference, seen: Scope) -> tuple[str, str] | str:
    """Give subject and text of a notice, or why there is none: a kind, a code, a day, a link."""
    if not wish.by_mail:
        return "channel_off"
    if row.notice is None or not notices(seen).filter(pk=row.notice.pk).exists():
        return "withdrawn"
    if when(wish, clock.now(), is_urgent=row.notice.is_urgent) > clock.now():
        return LATER
    kind = KINDS.get(str(row.payload["code"]).split(".")[0])
    what = _(kind) if kind else _("Notice")
    subject = " ".join(part for part in (what, row.payload.get("item", "")) if part)
    lines = [_("Something waits for you: %(what)s.") % {"what": subject}]
    if row.payload.get("due"):
        lines.append(_("Until: %(day)s") % {"day": row.payload["due"]})
    lines += ["", link(reverse("notices:open", args=[row.notice.pk])), "", _foot()]
    return f"[{_('Gongjian')}] {subject}", "\n".join(lines)


def _digest(row: Delivery, wish: Preference, seen: Scope) -> tuple[str, str] | str:
    """Give the digest of a day as things and rights are now, or why there is none."""
    if not wish.has_digest:
        return "channel_off"
    if row.payload["day"] != clock.today().isoformat():
        return "past"  # the next one tells it all
    counts = waiting_counts(seen, clock.today())
    if not counts:
        return "nothing_waits"
    total = sum(n for n, _late in counts.values())
    lines = [
        _("%(n)s things wait for you on %(day)s:") % {"n": total, "day": row.payload["day"]},
        "",
    ]
    for kind, (n, late) in counts.items():
        word = _(KINDS[kind]) if kind in KINDS else kind
        late_word = _(" (%(n)s overdue)") % {"n": late} if late else ""
        lines.append(f"- {word}: {n}{late_word}")
    lines += ["", link(reverse("notices:inbox")), "", _foot()]
    return f"[{_('Gongjian')}] {_('%(n)s things wait for you') % {'n': total}}", "\n".join(lines)


def _foot() -> str:
    return _("How you are told: %(link)s") % {"link": link(reverse("notices:settings"))}


def _post(row: Delivery, wish: Preference, subject: str, text: str) -> str:
    # The id of a repeat is that of the first attempt: mail programs show one of the two.
    headers = {"Message-ID": f"<{row.pk}@gongjian>", "Auto-Submitted": "auto-generated"}
    letter = EmailMessage(subject, text, settings.MAIL_FROM, [wish.email], headers=headers)
    try:
        letter.send()
    except SMTPRecipientsRefused:
        return "refused_address"
    except OSError:  # every other word of the mail server is one as well
        return MAIL_DOWN
    return DELIVERED


def by_webhook(row: Delivery) -> str:
    """Send a signed message to another program (Standard Webhooks)."""
    hook = Hook.objects.filter(pk=row.receiver).first()
    if hook is None or hook.removed_at is not None:
        return "channel_off"
    try:
        secret = vault.unwrap(bytes(hook.wrapped), f"hook {hook.pk}")
    except vault.Unreadable:
        return "secret_unreadable"
    now = clock.now()
    body = json.dumps(told(row), separators=(",", ":"), sort_keys=True)
    signature = Webhook(secret).sign(str(row.pk), now, body)
    headers = {
        "content-type": "application/json",
        "user-agent": "Gongjian-Webhook/1",
        "webhook-id": str(row.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    try:
        status = outgoing.post(hook.url, body.encode(), headers)
    except outgoing.Unsent as unsent:
        return unsent.code
    return DELIVERED if 200 <= status < 300 else refused(status)


def told(row: Delivery) -> dict[str, Any]:
    """Give the body of a webhook's message: the same for every attempt."""
    data: dict[str, Any] = {"sequence": row.n, "campaign": str(row.campaign_id)}
    if row.notice is not None:
        data |= {
            "org": row.notice.org.code if row.notice.org else None,
            "about": str(row.about),
            "link": link(reverse("notices:open", args=[row.notice.pk])),
        }
    said = {k: v for k, v in row.payload.items() if k != "code"}
    return {
        "type": row.payload["code"],
        "timestamp": row.at.astimezone(dt.UTC).isoformat(),
        "version": VERSION,
        "data": {**data, **said},
    }


# Another channel is one more function here.
CHANNELS: dict[str, Callable[[Delivery], str]] = {MAIL: by_mail, WEBHOOK: by_webhook}
