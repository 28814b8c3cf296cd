"""Companies, and who works for them."""

from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, about_contact, picked, sample
from models.commands.companies import change_company, upsert_company
from models.commands.contacts import change_contact
from models.queries.companies import get_company
from models.tables.companies import Company
from models.types.errors import Invalid


class CompanyFactsInput(ActionInput):
    """Facts about a company."""

    domain: Annotated[str | None, Field(title="Website", description="Such as byron-mills.example", max_length=200)] = None
    address: Annotated[str | None, Field(title="Address", max_length=1000)] = None
    tax_id: Annotated[str | None, Field(title="Tax number", max_length=60)] = None


class NewCompanyInput(CompanyFactsInput):
    """A new company."""

    name: Annotated[str, Field(title="Name", min_length=1, max_length=200)]


class CompanyInput(CompanyFactsInput):
    """What to change; what is left out stays."""

    company_id: Annotated[str, picked("Which", "companies")]
    name: Annotated[str | None, Field(title="Name", min_length=1, max_length=200)] = None


class CompanyOutput(ActionOutput):
    """The company."""

    company_id: str
    name: str


class CreateCompany(Action):
    """A company in the address book."""

    name = "companies.create"
    title = "Add a company"
    icon = "building-complex-plus"
    docs = "Adds a company. One of the same name is not added twice: then the facts you give are written to it."
    Input = NewCompanyInput
    Output = CompanyOutput
    emits = ("company.added", "company.changed")
    needs = ("companies:write",)
    example = sample(name="Cobol Works", domain="cobol-works.example")

    def perform(self, context: ActionContext, given: NewCompanyInput) -> CompanyOutput:
        """Add it, or write to the one that is there."""
        company = upsert_company(context.session, given.name)
        facts = given.model_dump(exclude={"name"}, exclude_none=True)
        change_company(context.session, company, facts)
        return _told(company)


class UpdateCompany(Action):
    """Facts about a company."""

    name = "companies.update"
    title = "Change a company"
    icon = "building"
    docs = "Writes facts about the company."
    Input = CompanyInput
    Output = CompanyOutput
    emits = ("company.changed",)
    needs = ("companies:write",)
    example = sample(company_id="cmp_01k7w3y6m0", tax_id="GB 123 4567 89")

    def perform(self, context: ActionContext, given: CompanyInput) -> CompanyOutput:
        """Change it. Raises Invalid when there is nothing to change."""
        company = get_company(context.session, given.company_id)
        changes = given.model_dump(exclude={"company_id"}, exclude_none=True)
        if not changes:
            raise Invalid("There is nothing to change.")
        change_company(context.session, company, changes)
        return _told(company)


class LinkInput(ActionInput):
    """Who works where."""

    company_id: Annotated[str, picked("Company", "companies")]
    contact_id: Annotated[str | None, about_contact("Who")] = None


class LinkOutput(ActionOutput):
    """The two."""

    company_id: str
    contact_id: str


class LinkContact(Action):
    """A person put with their company."""

    name = "companies.link_contact"
    title = "Put a contact with a company"
    icon = "link"
    docs = "Says for which company the person works. Invoices then take the company's address and terms."
    Input = LinkInput
    Output = LinkOutput
    emits = ("contact.changed",)
    needs = ("companies:read", "contacts:write")
    example = sample(company_id="cmp_01k7w3y6m0")

    def perform(self, context: ActionContext, given: LinkInput) -> LinkOutput:
        """Link them; linked already, nothing changes."""
        company, contact = get_company(context.session, given.company_id), context.contact(given.contact_id)
        change_contact(context.session, contact, {"company_id": company.id}, actor=context.actor, now=context.now)
        return LinkOutput(company_id=company.id, contact_id=contact.id)


def _told(company: Company) -> CompanyOutput:
    return CompanyOutput(company_id=company.id, name=company.name)
