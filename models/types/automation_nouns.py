"""The kinds of records that people start automations for by hand, or for the past."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of record."""

    name: str
    says: str
    """For people, in the plural."""
    label: str
    """The column that tells one from another."""
    is_named: bool = True
    """Whether that is a name, and no time."""


NOUNS: dict[str, Noun] = {
    noun.name: noun
    for noun in (
        Noun("booking", "Calls", "starts_at", is_named=False),
        Noun("company", "Companies", "name"),
        Noun("contact", "Contacts", "name"),
        Noun("contract", "Contracts", "title"),
        Noun("engagement", "Engagements", "title"),
        Noun("invoice", "Invoices", "number"),
        Noun("project", "Projects", "name"),
        Noun("proposal", "Proposals", "title"),
        Noun("retainer", "Retainers", "name"),
        Noun("submission", "Form answers", "created_at", is_named=False),
        Noun("task", "Tasks", "title"),
    )
}
