"""An automation that studios often need, ready to be copied."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.types.automations import Json


class TemplateCategory(StrEnum):
    """Which part of the work it takes over."""

    LEADS = "leads"
    PROPOSALS = "proposals"
    ONBOARDING = "onboarding"
    BOOKINGS = "bookings"
    DELIVERY = "delivery"
    MONEY = "money"
    RETAINERS = "retainers"
    LOYALTY = "loyalty"


@dataclass(frozen=True, slots=True)
class AutomationTemplate:
    """One template. It refers to nothing that a studio might not have, so a copy of it compiles anywhere."""

    key: str
    """Part of addresses; never changed once released."""
    category: TemplateCategory
    icon: str
    name: str
    description: str
    drawing: Mapping[str, Json]
