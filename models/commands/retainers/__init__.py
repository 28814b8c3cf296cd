"""Retainers: started from a proposal or by hand, billed period by period, paused, resumed, changed and ended.

starting.py starts them, billing.py bills and issues, changes.py does the rest.
"""

from models.commands.retainers.billing import bill_period, decide_period, issue_period_invoice, skip_billing
from models.commands.retainers.changes import (
    change_price,
    change_retainer,
    choose_projects,
    end_retainer,
    pause_retainer,
    pause_retainers,
    plan_pause,
    resume_retainer,
    skip_period,
    unskip_period,
)
from models.commands.retainers.starting import start_retainer, start_retainers

__all__ = [
    "bill_period",
    "change_price",
    "change_retainer",
    "choose_projects",
    "decide_period",
    "end_retainer",
    "issue_period_invoice",
    "pause_retainer",
    "pause_retainers",
    "plan_pause",
    "resume_retainer",
    "skip_billing",
    "skip_period",
    "start_retainer",
    "start_retainers",
    "unskip_period",
]
