"""Contracts that stand by themselves; those of a proposal go out with it."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from api.contracts import send_alone
from api.links import link_url
from models.commands.contracts import change_contract, draft_contract, void_contract
from models.queries.contracts import get_contract
from models.queries.engagements import get_engagement
from models.tables.contracts import Contract
from models.types.contracts import ContractStatus
from models.types.errors import Refused


class DraftContractInput(ActionInput):
    """Which template, for which engagement."""

    template_id: Annotated[str, picked("Template", "contract_templates")]
    engagement_id: Annotated[str | None, picked("For", "engagements", "The one the run is about")] = None
    title: Annotated[str, Field(title="Title", description="The template's own", max_length=200)] = ""


class WhichContractInput(ActionInput):
    """Which is meant."""

    contract_id: Annotated[str | None, picked("Contract", "contracts", "The one that started the run")] = None


class ContractOutput(ActionOutput):
    """The contract. client_url: where the client signs, once it was sent."""

    contract_id: str
    title: str
    status: str
    client_url: str = ""


class DraftContract(Action):
    """A contract from a template, as a draft."""

    name = "contracts.create_from_template"
    title = "Draft a contract"
    icon = "file-pen-line"
    docs = "Drafts a contract from a template, its places filled with what is known of the client now."
    Input = DraftContractInput
    Output = ContractOutput
    client_facing = True
    emits = ("contract.drafted",)
    needs = ("contracts:write",)
    example = sample(template_id="ctt_01k7w3y6m0", title="Non-disclosure agreement")

    def perform(self, context: ActionContext, given: DraftContractInput) -> ContractOutput:
        """Draft it. Raises NotFound without the template."""
        engagement = context.engagement(given.engagement_id)
        drafted = draft_contract(context.session, engagement, now=context.now, template_id=given.template_id)
        if given.title.strip():
            # As it is: a title that holds a client's words is no template of ours.
            change_contract(context.session, drafted, {"title": given.title.strip()})
        return _told(context, drafted)


class SendContract(Action):
    """A contract sent to be signed."""

    name = "contracts.send"
    title = "Send a contract"
    icon = "signature"
    docs = "Freezes the draft and mails the client their link to sign it. Sent already, it is not sent again."
    Input = WhichContractInput
    Output = ContractOutput
    client_facing = True
    emits = ("contract.sent",)
    needs = ("contracts:write",)
    example = sample(contract_id="ctr_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichContractInput) -> ContractOutput:
        """Send it. Raises Refused when it belongs to a proposal, has no text, or is over."""
        contract = _contract(context, given)
        if contract.status != ContractStatus.PENDING:
            contract = send_alone(context.call, contract)
        return _told(context, contract)


class VoidInput(WhichContractInput):
    """Which, and why."""

    reason: Annotated[str, Field(title="Why", max_length=500)] = ""


class VoidContract(Action):
    """A contract taken back."""

    name = "contracts.void"
    title = "Void a contract"
    icon = "file-x"
    docs = "Takes back a contract that nobody has signed yet. One that belongs to a proposal is withdrawn with it."
    Input = VoidInput
    Output = ContractOutput
    emits = ("contract.voided",)
    needs = ("contracts:write",)
    example = sample(reason="Replaced by a newer text")

    def perform(self, context: ActionContext, given: VoidInput) -> ContractOutput:
        """Take it back; void already, it stays so. Raises Refused when it is signed or belongs to a proposal."""
        contract = _contract(context, given)
        if contract.proposal_id:
            raise Refused("This contract belongs to a proposal. Withdraw the proposal instead.")
        return _told(context, void_contract(context.session, contract, now=context.now, reason=given.reason))


def _contract(context: ActionContext, given: WhichContractInput) -> Contract:
    return get_contract(context.session, context.about("contract", given.contract_id))


def _told(context: ActionContext, contract: Contract) -> ContractOutput:
    url = ""
    if contract.status == ContractStatus.PENDING:
        contact_id = get_engagement(context.session, contract.engagement_id).contact_id
        url = link_url(context.call, "contract", contract.id, contact_id)
    return ContractOutput(contract_id=contract.id, title=contract.title, status=contract.status, client_url=url)
