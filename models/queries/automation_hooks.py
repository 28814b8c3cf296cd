"""Reading the hooks of automations, and what their triggers bring along."""

from sqlmodel import Session, select

from models.ids import digest
from models.queries.automation_schemas import trigger_schemas
from models.rules.automation_records import hook_schema
from models.tables.automation_hooks import AutomationHook
from models.types.automations import Events


def find_hook(session: Session, automation_id: str) -> AutomationHook | None:
    """The hook of an automation; None when it never had one."""
    return session.exec(select(AutomationHook).where(AutomationHook.automation_id == automation_id)).one_or_none()


def find_hook_by_token(session: Session, token: str) -> AutomationHook | None:
    """The hook behind an address; None when there is none. Asked before the workspace is known."""
    return session.exec(select(AutomationHook).where(AutomationHook.token_digest == digest(token))).one_or_none()


def schemas_for(session: Session, automation_id: str) -> Events:
    """The schemas of all triggers and events as one automation sees them: with the sample that its hook captured."""
    hook = find_hook(session, automation_id) if automation_id else None
    if hook is None or hook.sample is None:
        return trigger_schemas()
    return {**trigger_schemas(), "webhook": hook_schema(hook.sample)}
