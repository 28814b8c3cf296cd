"""What is known of a person, on its way into the record."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What somebody told about themselves. Empty texts are facts that were not told."""

    name: str = ""
    email: str = ""
    phone: str = ""
    title: str = ""
    address: str = ""
    company: str = ""
    timezone: str = ""
    locale: str = ""
    tags: tuple[str, ...] = field(default=())
