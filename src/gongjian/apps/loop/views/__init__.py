"""Pages of the loop that write: reports, gaps and rounds, returns, the launch, mandates."""

from gongjian.apps.loop.views.burden import burden
from gongjian.apps.loop.views.decisions import (
    ask_decision,
    decide,
    instructed,
    obstacles,
    raise_obstacle,
)
from gongjian.apps.loop.views.inquiries import answer as inquiry_answer
from gongjian.apps.loop.views.inquiries import ask, inquiries, inquiry
from gongjian.apps.loop.views.inquiries import chase as inquiry_chase
from gongjian.apps.loop.views.inquiries import close as inquiry_close
from gongjian.apps.loop.views.inquiries import export as inquiry_export
from gongjian.apps.loop.views.inquiries import withdraw as inquiry_withdraw
from gongjian.apps.loop.views.inquiry_sheets import take_in as inquiry_take_in
from gongjian.apps.loop.views.inquiry_sheets import upload as inquiry_upload
from gongjian.apps.loop.views.inquiry_sheets import workbook as inquiry_workbook
from gongjian.apps.loop.views.launch import (
    gaps,
    launch,
    name_lead,
    publish,
    say_count,
    waive,
    withdraw_waivers,
)
from gongjian.apps.loop.views.letters import accept as mandate_accept
from gongjian.apps.loop.views.letters import mandate
from gongjian.apps.loop.views.letters import object_to as mandate_object
from gongjian.apps.loop.views.letters import on_paper as mandate_paper
from gongjian.apps.loop.views.letters import scan as mandate_scan
from gongjian.apps.loop.views.letters import withdraw as mandate_withdraw
from gongjian.apps.loop.views.looks import draw_revisits, revisits
from gongjian.apps.loop.views.mandates import at_rally as mandate_at_rally
from gongjian.apps.loop.views.mandates import chase as mandate_chase
from gongjian.apps.loop.views.mandates import issue as mandate_issue
from gongjian.apps.loop.views.mandates import mandates
from gongjian.apps.loop.views.mandates import reissue as mandate_reissue
from gongjian.apps.loop.views.rally import (
    commitment,
    commitments,
    rally,
    remove_commitment,
)
from gongjian.apps.loop.views.returns import duty, duty_chase, duty_join, give_back, returns
from gongjian.apps.loop.views.rounds import accept, chase, close, open_round, round_page, send_back
from gongjian.apps.loop.views.sheets import take_in, upload, workbook
from gongjian.apps.loop.views.steps import (
    ask_extension,
    close_out,
    consent,
    decide_extension,
    reopen,
    report,
    revisit,
    step,
)
from gongjian.apps.loop.views.work import acknowledge, work

__all__ = [
    "accept",
    "acknowledge",
    "ask",
    "ask_decision",
    "ask_extension",
    "burden",
    "chase",
    "close",
    "close_out",
    "commitment",
    "commitments",
    "consent",
    "decide",
    "decide_extension",
    "draw_revisits",
    "duty",
    "duty_chase",
    "duty_join",
    "gaps",
    "give_back",
    "inquiries",
    "inquiry",
    "inquiry_answer",
    "inquiry_chase",
    "inquiry_close",
    "inquiry_export",
    "inquiry_take_in",
    "inquiry_upload",
    "inquiry_withdraw",
    "inquiry_workbook",
    "instructed",
    "launch",
    "mandate",
    "mandate_accept",
    "mandate_at_rally",
    "mandate_chase",
    "mandate_issue",
    "mandate_object",
    "mandate_paper",
    "mandate_reissue",
    "mandate_scan",
    "mandate_withdraw",
    "mandates",
    "name_lead",
    "obstacles",
    "open_round",
    "publish",
    "raise_obstacle",
    "rally",
    "remove_commitment",
    "reopen",
    "report",
    "returns",
    "revisit",
    "revisits",
    "round_page",
    "say_count",
    "send_back",
    "step",
    "take_in",
    "upload",
    "waive",
    "withdraw_waivers",
    "work",
    "workbook",
]
