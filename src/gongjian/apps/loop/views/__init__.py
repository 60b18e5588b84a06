"""Pages of the loop that write: reports, gaps and rounds, returns, the launch."""

from gongjian.apps.loop.views.launch import (
    gaps,
    launch,
    name_lead,
    publish,
    say_count,
    waive,
    withdraw_waivers,
)
from gongjian.apps.loop.views.returns import duty, duty_chase, duty_join, give_back, returns
from gongjian.apps.loop.views.rounds import accept, chase, close, open_round, round_page, send_back
from gongjian.apps.loop.views.sheets import take_in, upload, workbook
from gongjian.apps.loop.views.steps import close_out, reopen, report, step

__all__ = [
    "accept",
    "chase",
    "close",
    "close_out",
    "duty",
    "duty_chase",
    "duty_join",
    "gaps",
    "give_back",
    "launch",
    "name_lead",
    "open_round",
    "publish",
    "reopen",
    "report",
    "returns",
    "round_page",
    "say_count",
    "send_back",
    "step",
    "take_in",
    "upload",
    "waive",
    "withdraw_waivers",
    "workbook",
]
