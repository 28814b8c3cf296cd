"""What automations can name by its id: fields tell by their name which list of the studio the id is from."""

from collections.abc import Mapping

LISTS: Mapping[str, str] = {
    "assignee_id": "people",
    "automation_id": "automations",
    "board_id": "task_boards",
    "booking_id": "bookings",
    "by_id": "proposals",
    "company_id": "companies",
    "contact_id": "contacts",
    "contract_id": "contracts",
    "contract_template_id": "contract_templates",
    "credential_id": "credentials",
    "credits_invoice_id": "invoices",
    "engagement_id": "engagements",
    "file_id": "files",
    "form_id": "forms",
    "group_id": "task_groups",
    "group_ids": "task_groups",
    "invoice_id": "invoices",
    "loser_id": "contacts",
    "member_id": "members",
    "member_ids": "members",
    "merged_into_id": "contacts",
    "owner_id": "members",
    "payer_id": "contacts",
    "payment_id": "payments",
    "pdf_file_id": "files",
    "person_id": "people",
    "project_id": "projects",
    "project_template_id": "project_templates",
    "proposal_id": "proposals",
    "proposal_template_id": "proposal_templates",
    "retainer_id": "retainers",
    "root_id": "proposals",
    "scheduler_id": "schedulers",
    "sealed_file_id": "files",
    "task_board_id": "task_boards",
    "task_id": "tasks",
    "template_id": "project_templates",
}
"""Name of a field to its list, the `x-lookup` of its schema."""

UNLISTED = frozenset(
    {
        *("batch_id", "comment_id", "conversation_id", "email_id", "event_id", "message_id", "refund_id", "run_id"),
        *("invoice_line_item_id", "move_id", "parent_run_id", "parent_wait_id", "saved_method_id"),
        *("subject_id", "submission_id", "tax_id", "time_entry_id", "wait_id", "workflow_id"),
    }
)
"""Ids that nobody writes into a drawing: made anew by every run, said by somebody else, or of a noun that the event tells."""
