"""Steps of the closed loop: reports and close-out, rounds of returns, waivers and the launch."""

from gongjian.apps.loop.actions.launch import (
    Agenda,
    count_by,
    issue_part,
    launch,
    launch_all,
    name_lead,
    waive,
    withdraw_waivers,
)
from gongjian.apps.loop.actions.recording import Recorded, record_reports
from gongjian.apps.loop.actions.rounds import (
    Filled,
    Joined,
    RoundPlan,
    accept,
    chase,
    chase_duty,
    close_round,
    fill,
    join,
    open_round,
    send_back,
)
from gongjian.apps.loop.actions.steps import Words, close_out, reopen, report, take_step

__all__ = [
    "Agenda",
    "Filled",
    "Joined",
    "Recorded",
    "RoundPlan",
    "Words",
    "accept",
    "chase",
    "chase_duty",
    "close_out",
    "close_round",
    "count_by",
    "fill",
    "issue_part",
    "join",
    "launch",
    "launch_all",
    "name_lead",
    "open_round",
    "record_reports",
    "reopen",
    "report",
    "send_back",
    "take_step",
    "waive",
    "withdraw_waivers",
]
