"""Keeping the seal of what was signed: once per proposal, under the studio's own key."""

from datetime import datetime

from sqlmodel import Session, select

from models.commands.events import record
from models.commands.evidence import add_evidence
from models.commands.files import keep_file
from models.db import workspace_id_of
from models.queries.contracts import lock_contract
from models.queries.proposals import lock_proposal
from models.tables.files import File
from models.tables.workspaces import Workspace
from models.types.errors import Refused
from models.types.forms import Upload
from models.types.proposals import ProposalStatus


def seal_proposal(session: Session, proposal_id: str, upload: Upload, *, now: datetime) -> File | None:
    """Attach the sealed PDF to a signed proposal and its contract, and share it with the client.

    None when another one was attached before: that one stays, and nothing is said twice. Raises Refused when nobody signed.
    """
    proposal = lock_proposal(session, proposal_id)
    if proposal.sealed_file_id is not None:
        return None
    if proposal.status != ProposalStatus.ACCEPTED:
        raise Refused("Only a signed proposal can be sealed.")
    file = keep_file(
        session,
        upload,
        uploaded_by="system",
        subject_kind="proposal",
        subject_id=proposal.id,
        engagement_id=proposal.engagement_id,
        is_shared=True,
    )
    proposal.sealed_file_id = file.id
    session.add(proposal)
    session.flush()
    add_evidence(session, proposal.id, "sealed", at=now, file_sha256=file.sha256)
    if proposal.contract_id:
        contract = lock_contract(session, proposal.contract_id)
        contract.sealed_file_id = file.id
        session.add(contract)
        session.flush()
        add_evidence(session, contract.id, "sealed", at=now, file_sha256=file.sha256)
    record(session, "proposal.sealed", proposal.id, engagement_id=proposal.engagement_id, contact_id=proposal.contact_id)
    return file


def keep_seal_key(session: Session, sealed_private_key: str, certificate_pem: str) -> Workspace:
    """Keep a studio's sealing key unless it has one by now; the one that is kept is the answer.

    sealed_private_key: encrypted with the installation's secret key.
    """
    statement = select(Workspace).where(Workspace.id == workspace_id_of(session)).with_for_update()
    workspace = session.exec(statement.execution_options(populate_existing=True)).one()
    if not workspace.seal_key_pem:
        workspace.seal_key_pem, workspace.seal_certificate_pem = sealed_private_key, certificate_pem
        session.add(workspace)
        session.flush()
    return workspace
