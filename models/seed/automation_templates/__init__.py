"""The library: automations that studios often need, each in a file of its own."""

from models.seed.automation_templates import (
    anniversary,
    booking_reminders,
    declined_proposal,
    form_reminder,
    friday_status,
    invoice_before_due,
    invoice_chasing,
    large_proposal,
    lost_lead,
    new_lead,
    no_show,
    onboarding_checklist,
    payment_failed,
    payment_thanks,
    proposal_nudges,
    retainer_hours,
    retainer_period,
    retainer_renewal,
    signed_kickoff,
    stalled_engagement,
    task_overdue,
    testimonial,
    win_back,
)
from models.types.automation_templates import AutomationTemplate
from models.types.errors import NotFound

TEMPLATES: tuple[AutomationTemplate, ...] = tuple(
    module.TEMPLATE
    for module in (
        new_lead,
        stalled_engagement,
        lost_lead,
        large_proposal,
        proposal_nudges,
        declined_proposal,
        signed_kickoff,
        onboarding_checklist,
        form_reminder,
        booking_reminders,
        no_show,
        friday_status,
        task_overdue,
        invoice_before_due,
        invoice_chasing,
        payment_failed,
        payment_thanks,
        retainer_hours,
        retainer_period,
        retainer_renewal,
        testimonial,
        win_back,
        anniversary,
    )
)
"""In the order of the work, from the first word to the next year."""


def get_template(key: str) -> AutomationTemplate:
    """One template. Raises NotFound."""
    found = next((one for one in TEMPLATES if one.key == key), None)
    if found is None:
        raise NotFound("There is no such template.")
    return found
