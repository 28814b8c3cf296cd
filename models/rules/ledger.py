"""Postings of the double-entry book and what they say about an invoice. Debits are positive, credits negative.

A posting's name tells its kind by the first word: `invoice:` (issued, voided, written off), `credit_note:`, `payment:`,
`refund:` and `excess:` (money that no invoice asks for any more, moved to the client's credit).
"""

from collections.abc import Mapping, Sequence

from models.types.invoices import InvoiceSums
from models.types.ledger import Account, Side

Sides = dict[str, int]


def issue_sides(*, total_minor: int, net_minor: int, tax_minor: int) -> Sides:
    """An invoice is issued: the client owes the total. With negative figures: a credit note."""
    return _without_zeros({Account.RECEIVABLE: total_minor, Account.REVENUE: -net_minor, Account.TAX: -tax_minor})


def payment_sides(amount_minor: int, *, owed_minor: int) -> Sides:
    """Money comes in: it settles what is owed, and the rest is the client's credit."""
    applied = min(amount_minor, max(0, owed_minor))
    return _without_zeros(
        {Account.CASH: amount_minor, Account.RECEIVABLE: -applied, Account.CLIENT_CREDIT: applied - amount_minor}
    )


def refund_sides(amount_minor: int, *, credit_minor: int) -> Sides:
    """Money goes back: first what was held as credit, then what had settled the invoice, which is owed again.

    credit_minor: the credit held from this invoice, positive.
    """
    from_credit = min(amount_minor, max(0, credit_minor))
    return _without_zeros(
        {Account.CASH: -amount_minor, Account.CLIENT_CREDIT: from_credit, Account.RECEIVABLE: amount_minor - from_credit}
    )


def fee_sides(fee_minor: int) -> Sides:
    """What the provider kept of a payment."""
    return _without_zeros({Account.FEES: fee_minor, Account.CASH: -fee_minor})


def write_off_sides(owed_minor: int) -> Sides:
    """We stop expecting the money. With a negative amount: it came after all."""
    return _without_zeros({Account.BAD_DEBT: owed_minor, Account.RECEIVABLE: -owed_minor})


def excess_sides(balance_minor: int) -> Sides:
    """What was paid beyond what is owed becomes the client's credit. balance_minor: of the receivable, negative."""
    return _without_zeros({Account.RECEIVABLE: -balance_minor, Account.CLIENT_CREDIT: balance_minor})


def reversed_sides(sides: Mapping[str, int]) -> Sides:
    """The posting that undoes another."""
    return {account: -amount for account, amount in sides.items()}


def balance(entries: Sequence[Side], account: Account) -> int:
    """The sum of one account."""
    return sum(entry.amount_minor for entry in entries if entry.account == account)


def ledger_sums(total_minor: int, entries: Sequence[Side]) -> InvoiceSums:
    """What one invoice's entries say: credited, and received less what was given back or moved to the client's credit."""
    receivable = [entry for entry in entries if entry.account == Account.RECEIVABLE]
    credited = -sum(entry.amount_minor for entry in receivable if _kind(entry) == "credit_note")
    paid = -sum(entry.amount_minor for entry in receivable if _kind(entry) in {"payment", "refund", "excess"})
    return InvoiceSums(total_minor, paid_minor=paid, credited_minor=credited)


def unbalanced(entries: Sequence[Side]) -> list[str]:
    """The names of postings whose sides do not sum to zero; always empty unless somebody wrote past the commands."""
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.posting] = sums.get(entry.posting, 0) + entry.amount_minor
    return [posting for posting, amount in sums.items() if amount]


def _kind(entry: Side) -> str:
    return entry.posting.partition(":")[0]


def _without_zeros(sides: Sides) -> Sides:
    return {str(account): amount for account, amount in sides.items() if amount}
