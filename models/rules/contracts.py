"""What may happen to a contract. Once completed it never changes; an amendment is a new document."""

from models.types.contracts import ContractStatus

_S = ContractStatus
TRANSITIONS: dict[ContractStatus, frozenset[ContractStatus]] = {
    _S.DRAFT: frozenset({_S.PENDING, _S.VOIDED}),
    _S.PENDING: frozenset({_S.COMPLETED, _S.DECLINED, _S.VOIDED, _S.EXPIRED}),
    _S.EXPIRED: frozenset({_S.PENDING, _S.VOIDED}),
    _S.COMPLETED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.VOIDED: frozenset(),
}


def can_edit(status: ContractStatus) -> bool:
    """Whether its text may still change."""
    return status == _S.DRAFT


def can_sign(status: ContractStatus) -> bool:
    """Whether it is out for signature."""
    return status == _S.PENDING


def can_void(status: ContractStatus) -> bool:
    """Whether we may still take it back."""
    return _S.VOIDED in TRANSITIONS[status]
