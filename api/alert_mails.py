"""Mail to members about what needs them: made of the notices that owe one, when it is due.

A notice and the mail it owes are written in the transaction of what happened; the mailer has the mail made here. So an event
that is recorded in a model can owe one, and what went wrong many times over becomes one mail.
"""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlmodel import Session

from api.deps import Call
from api.emails import queue_mail
from models.commands.event_gates import keep_others_out
from models.commands.notifications import mark_mailed
from models.db import enter
from models.queries.automation_runs import count_runs, list_open_waits
from models.queries.notifications import list_due_alerts, list_gathered
from models.tables.automations import AutomationRun
from models.tables.conversations import Notification
from models.tables.members import Member
from models.types.alerts import AlertKind
from models.types.principals import Principal, PrincipalKind
from models.types.scope import Scope

log = structlog.get_logger("alert_mails")
_PORTION = 20
_MOST_LISTED = 10


def queue_alert_mails(call: Call, session: Session) -> None:
    """Queue the mails that notices of any workspace owe by now. Once per notice, however often and by however many it is called.

    Leaves the session in no workspace, as it was.
    """
    call.session, call.principal = session, Principal(PrincipalKind.WORKER)
    for notice in list_due_alerts(session, now=call.now, limit=_PORTION):
        call.enter(notice.workspace_id)
        keep_others_out(session, "alert_mails")
        session.refresh(notice)
        # Else it went out with another of its topic, or another worker was here.
        if notice.mail_at is not None:
            _mail_gathered(call, list_gathered(session, notice))
        enter(session, Scope(None))


def _mail_gathered(call: Call, notices: Sequence[Notification]) -> None:
    """One mail for these. What cannot be written must not hold up every other mail: then the bell alone tells of it."""
    member = call.session.get(Member, notices[0].member_id)
    told = [notice for notice in notices if _still_holds(call.session, notice)]
    is_mailed = False
    if member is not None and member.archived_at is None and told:
        try:
            with call.session.begin_nested():
                is_mailed = _mail(call, member, told) is not None
        except Exception:
            log.exception("alert not mailed", notice_id=notices[0].id)
    mark_mailed(call.session, notices, at=call.now if is_mailed else None)


def _still_holds(session: Session, notice: Notification) -> bool:
    """Whether there is still something for the member to do: nobody repaired the run, or decided, in the meantime."""
    run_id = notice.alert.get("run_id")
    if notice.alert["kind"] == AlertKind.STUCK:
        run = session.get(AutomationRun, run_id)
        return run is not None and run.status == "parked"
    if notice.alert["kind"] == AlertKind.APPROVAL:
        return any(wait.key == notice.alert["wait_id"] for wait in list_open_waits(session, str(run_id)))
    return True


def _mail(call: Call, member: Member, notices: Sequence[Notification]) -> Any:
    first = notices[0]
    subject, template, context = _WRITERS[AlertKind(first.alert["kind"])](call, notices)
    key = f"{first.topic}:{member.id}:{first.mail_at:%Y%m%d%H%M%S}" if first.topic and first.mail_at else first.key
    return queue_mail(
        call,
        key=f"alert:{key}",
        template=template,
        to=member,
        subject=" ".join(subject.split())[:200],
        context={"profile_url": call.url("/settings/profile"), **context},
        engagement_id=first.engagement_id if len(notices) == 1 else None,
        subject_kind="notification",
        subject_id=first.id,
    )


def _stuck(call: Call, notices: Sequence[Notification]) -> tuple[str, str, dict[str, Any]]:
    runs = {notice.alert["run_id"]: notice for notice in notices}
    facts = notices[0].alert
    rows = [{**notice.alert, "href": call.url(notice.href)} for notice in runs.values()]
    about = f" for {facts['client']}" if facts["client"] else ""
    subject = f"“{facts['automation']}”{about} is stuck at “{facts['step']}”"
    if len(runs) > 1:
        subject = f"{len(runs)} runs of “{facts['automation']}” are stuck"
    altogether = count_runs(call.session, automation_id=str(facts["automation_id"]), status="parked")
    context = {
        "subject_line": subject,
        "rows": rows[:_MOST_LISTED],
        "more": max(0, len(rows) - _MOST_LISTED),
        "altogether": altogether if altogether > len(rows) else 0,
        "page_url": rows[0]["href"] if len(rows) == 1 else call.url("/automation_run_repairs"),
    }
    return subject, "automations/stuck", context


def _approval(call: Call, notices: Sequence[Notification]) -> tuple[str, str, dict[str, Any]]:
    facts = notices[0].alert
    subject = f"{facts['opening']}: {facts['step']}" + (f" ({facts['client']})" if facts["client"] else "")
    return subject, "automations/approval", {**facts, "page_url": call.url(notices[0].href)}


def _switched_off(call: Call, notices: Sequence[Notification]) -> tuple[str, str, dict[str, Any]]:
    facts = notices[0].alert
    return (
        f"“{facts['automation']}” was switched off",
        "automations/switched_off",
        {**facts, "page_url": call.url(notices[0].href)},
    )


_WRITERS = {AlertKind.STUCK: _stuck, AlertKind.APPROVAL: _approval, AlertKind.SWITCHED_OFF: _switched_off}
