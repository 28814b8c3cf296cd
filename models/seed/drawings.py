"""Automations a new workspace begins with, as drawings."""

from itertools import pairwise
from typing import Any


def new_lead_drawing() -> dict[str, Any]:
    """“New lead”: thank by mail, tell the team, note a follow-up in two working days, remind when no proposal went out.

    Reads `trigger.contact` (id, name, email), `trigger.engagement` (id, title, owner_id), `trigger.form.name`,
    `trigger.workspace.name`, and `engagement_id` of the event `proposal.sent`.
    """
    steps = [_trigger(), _mail(), _post(), _task(), _wait(), _reminder()]
    return {
        "nodes": steps,
        "edges": [
            *(_edge(before["id"], "ok", after["id"]) for before, after in pairwise(steps[:5])),
            _edge("wait", "timeout", "remind"),
        ],
        "positions": {step["id"]: {"x": 0, "y": 160 * row} for row, step in enumerate(steps)},
        "limits": {},
    }


def _trigger() -> dict[str, Any]:
    settings = {
        "kind": "event",
        "type": "submission.accepted",
        "concurrency": {"key": "trigger.engagement.id", "policy": "parallel"},
    }
    return _node("trigger", "trigger", "A form was submitted", settings)


def _mail() -> dict[str, Any]:
    body = (
        "Hi {{ trigger.contact.name | first_name | default:'there' }},\n\n"
        "thank you for writing to us. We read every enquiry ourselves and come back to you within two working days.\n\n"
        "{{ trigger.workspace.name }}"
    )
    given = {
        "to": {"path": "trigger.contact.email"},
        "subject": {"text": "Thank you, {{ trigger.contact.name | first_name | default:'we have your message' }}"},
        "body": {"text": body},
    }
    return _action("mail", "Thank the lead", "messages.send_mail", given)


def _post() -> dict[str, Any]:
    text = "New lead: {{ trigger.contact.name | default:trigger.contact.email }} by “{{ trigger.form.name }}”"
    given = {"channel": {"value": "crm"}, "text": {"text": text}, "engagement_id": {"path": "trigger.engagement.id"}}
    return _action("post", "Tell the CRM channel", "inbox.post", given)


def _task() -> dict[str, Any]:
    given = {
        "title": {"text": "Follow up with {{ trigger.contact.name | default:trigger.contact.email }}"},
        "engagement_id": {"path": "trigger.engagement.id"},
        "assignee_id": {"path": "trigger.engagement.owner_id"},
        "due_in_working_days": {"value": 2},
    }
    return _action("task", "Note a follow-up", "tasks.create", given)


def _wait() -> dict[str, Any]:
    same = {"op": "eq", "args": [{"path": "event.engagement_id"}, {"path": "trigger.engagement.id"}]}
    settings = {"event": "proposal.sent", "match": same, "timeout": {"amount": 3, "unit": "days"}}
    return _node("wait", "wait_for_event", "Until a proposal is sent", settings)


def _reminder() -> dict[str, Any]:
    given = {
        "member_id": {"path": "trigger.engagement.owner_id"},
        "text": {"text": "No proposal for {{ trigger.contact.name | default:trigger.contact.email }} after three days."},
        "engagement_id": {"path": "trigger.engagement.id"},
    }
    return _action("remind", "Remind the owner", "members.notify", given)


def _action(node_id: str, label: str, action: str, given: dict[str, Any]) -> dict[str, Any]:
    return _node(node_id, "action", label, {"action": action, "input": given})


def _node(node_id: str, kind: str, label: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "label": label, "settings": settings}


def _edge(source: str, port: str, target: str) -> dict[str, Any]:
    return {"id": f"{source}-{port}", "source": source, "port": port, "target": target}
