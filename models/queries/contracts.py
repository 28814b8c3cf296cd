"""Reading contracts, their templates and signatures."""

from typing import Any

from sqlmodel import Session, col, select

from models.tables.contracts import Contract, ContractTemplate, Signature
from models.types.errors import NotFound


def get_contract(session: Session, contract_id: str) -> Contract:
    """One contract. Raises NotFound."""
    contract = session.exec(select(Contract).where(Contract.id == contract_id)).one_or_none()
    if contract is None:
        raise NotFound("There is no such contract.")
    return contract


def lock_contract(session: Session, contract_id: str) -> Contract:
    """One contract as it is now, held until the transaction ends. Raises NotFound."""
    statement = select(Contract).where(Contract.id == contract_id).with_for_update().execution_options(populate_existing=True)
    contract = session.exec(statement).one_or_none()
    if contract is None:
        raise NotFound("There is no such contract.")
    return contract


def find_contract_signature(session: Session, contract_id: str) -> Signature | None:
    """The signature under a contract, or None."""
    return session.exec(select(Signature).where(Signature.contract_id == contract_id)).one_or_none()


def contracts_statement(
    *, status: str = "", engagement_id: str = "", proposal_id: str = "", text: str = "", is_archived: bool = False
) -> Any:
    """A select of contracts."""
    archived = col(Contract.archived_at)
    statement = select(Contract).where(archived.is_not(None) if is_archived else archived.is_(None))
    for column, value in (
        (Contract.status, status),
        (Contract.engagement_id, engagement_id),
        (Contract.proposal_id, proposal_id),
    ):
        if value:
            statement = statement.where(col(column) == value)
    if text.strip():
        statement = statement.where(col(Contract.title).icontains(text.strip(), autoescape=True))
    return statement


def get_contract_template(session: Session, template_id: str, *, with_archived: bool = False) -> ContractTemplate:
    """What a new contract starts from. Raises NotFound, also for one that was put away unless those are wanted too."""
    template = session.get(ContractTemplate, template_id)
    if template is None or (template.archived_at is not None and not with_archived):
        raise NotFound("There is no such contract template.")
    return template


def list_contract_templates(session: Session) -> list[ContractTemplate]:
    """The templates in use, by name."""
    statement = select(ContractTemplate).where(col(ContractTemplate.archived_at).is_(None))
    return list(session.exec(statement.order_by(col(ContractTemplate.name))))
