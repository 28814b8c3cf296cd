"""What contracts and proposals of the demo workspace start from."""

from typing import Any

CONTRACT_TEMPLATES = (
    (
        "Services agreement",
        "Agreement on services",
        """Between **{{ workspace.legal_name }}** ("the studio") and **{{ contact.name }}**, {{ company.name | default:'' }} ("the client").

## 1. What is agreed

The studio renders the services of the proposal "{{ proposal.title }}", which is part of this agreement.

## 2. Working together

The client names one person who decides, and answers questions within three working days. When an answer takes longer, dates move by as much.

## 3. Rights

With full payment the client receives the right to use the results without limit in time and place. The studio may show them as its work.

## 4. Payment

Invoices are due within the days they state. The studio may pause work while an invoice is overdue.

## 5. Ending

Either side may end this agreement in writing with two weeks' notice. What was done until then is paid.

## 6. Law

German law applies.
""",
    ),
    (
        "Care agreement",
        "Agreement on ongoing care",
        """Between **{{ workspace.legal_name }}** and **{{ contact.name }}**.

The studio keeps the client's website safe, current and reachable. The fee of "{{ proposal.title }}" is billed in advance for each period.
Either side may end this agreement with one month's notice to the end of a period.
""",
    ),
)
_INTRO = """Dear {{ contact.first_name }},

thank you for the good talk. This is how we would go about it, what it costs, and when it is done.
"""
WEBSITE: dict[str, Any] = {
    "name": "Website",
    "title": "A new website for {{ company.name | default:'you' }}",
    "blocks": [
        {"kind": "text", "markdown": _INTRO},
        {
            "kind": "text",
            "markdown": "## What we do\n\n1. **Understand**: a kickoff, a look at your figures, a site map.\n"
            "2. **Design**: the home page first, then everything else in its spirit.\n"
            "3. **Build**: fast, readable on every phone, usable without a mouse.\n"
            "4. **Launch**, with a training for whoever keeps the texts.",
        },
        {"kind": "prices"},
        {"kind": "terms", "markdown": "Prices are net of tax. 40 % are due on signing, the rest when the site is live."},
        {"kind": "signature"},
        {"kind": "scheduler"},
    ],
    "line_items": [
        {"kind": "fixed", "description": "Concept and site map", "quantity_milli": 1000, "unit_price_minor": 180000},
        {"kind": "fixed", "description": "Design, up to eight page types", "quantity_milli": 1000, "unit_price_minor": 420000},
        {"kind": "hourly", "description": "Development, estimated hours", "quantity_milli": 40000, "unit_price_minor": 9500},
        {
            "kind": "fixed",
            "description": "Photography, one day on site",
            "quantity_milli": 1000,
            "unit_price_minor": 145000,
            "is_optional": True,
            "is_selected": False,
        },
        {
            "kind": "recurring",
            "description": "Care: updates, backups, four hours a month",
            "quantity_milli": 1000,
            "unit_price_minor": 38000,
            "is_optional": True,
            "is_selected": True,
            "retainer_terms": {
                "rhythm": "months",
                "every": 1,
                "billing": "advance",
                "hours": {"included_seconds": 14400, "rolls_over": True},
            },
        },
    ],
    "deposit_bps": 4000,
    "expires_days": 14,
    "reminder_days": [2, 5],
}
IDENTITY: dict[str, Any] = {
    "name": "Brand identity",
    "title": "A brand identity for {{ company.name | default:'you' }}",
    "blocks": [
        {"kind": "text", "markdown": _INTRO},
        {"kind": "prices"},
        {"kind": "terms", "markdown": "Prices are net of tax. Half is due on signing, half on delivery of the guide."},
        {"kind": "signature"},
    ],
    "line_items": [
        {"kind": "fixed", "description": "Workshop and three directions", "quantity_milli": 1000, "unit_price_minor": 260000},
        {"kind": "fixed", "description": "Logo, colours, type and guide", "quantity_milli": 1000, "unit_price_minor": 340000},
        {
            "kind": "discount",
            "description": "For returning clients",
            "quantity_milli": 1000,
            "unit_price_minor": 0,
            "discount_bps": 500,
        },
    ],
    "deposit_bps": 5000,
    "expires_days": 21,
    "reminder_days": [3, 7],
}
