"""Tables of what is told: the inbox, the outbox, and where a campaign and a person are told."""

from gongjian.apps.notices.models.channels import Hook, Preference
from gongjian.apps.notices.models.inbox import Notice, NoticeRead
from gongjian.apps.notices.models.outbox import Delivery

__all__ = ["Delivery", "Hook", "Notice", "NoticeRead", "Preference"]
