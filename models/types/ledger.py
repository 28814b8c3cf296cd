"""The double-entry book: its accounts, and one side of an entry as the rules see it."""

from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    RECEIVABLE = "receivable"
    """What clients owe."""
    REVENUE = "revenue"
    TAX = "tax"
    """Collected for the state."""
    CASH = "cash"
    FEES = "fees"
    """What the providers keep."""
    CLIENT_CREDIT = "client_credit"
    """Money held for a client that no invoice asks for."""
    BAD_DEBT = "bad_debt"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a double entry. amount_minor: debit positive, credit negative."""

    posting: str
    account: str
    amount_minor: int
