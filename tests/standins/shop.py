"""The shop: the product and the sandbox provider as two real servers that speak to each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from api.deps import MEMBER_COOKIE, PORTAL_COOKIE
from api.sandbox.provider.app import create_app as create_provider
from api.sandbox.provider.store import Store
from models.commands.capability_links import link_token
from models.db import Database
from models.settings import Settings
from tests.builders.invoices import make_invoice
from tests.builders.workspaces import Studio
from tests.standins.serving import Faulty, served

GOOD, DECLINED = "4242424242424242", "4000000000000002"


@dataclass
class Shop:
    """Hands to work it with."""

    url: str
    provider_url: str
    provider: Faulty
    database: Database
    studio: Studio
    settings: Settings

    def invoice(self, *lines: Any) -> tuple[str, str]:
        """The id of an issued invoice, and the path of its link."""
        with self.database.write(self.studio.scope) as session:
            invoice = make_invoice(session, self.studio, *lines)
            ids = {"subject_id": invoice.id, "contact_id": self.studio.contact_id}
            return invoice.id, f"/i/{link_token(session, self.settings.secret_key, kind='invoice', **ids)}"

    def browser(self, **cookies: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, cookies=cookies, timeout=20)

    @property
    def member(self) -> httpx.Client:
        return self.browser(**{MEMBER_COOKIE: self.studio.member_cookie})

    @property
    def client(self) -> httpx.Client:
        return self.browser(**{PORTAL_COOKIE: self.studio.portal_cookie})

    @property
    def program(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=self.studio.bearer, timeout=20)

    @property
    def worker(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.settings.worker_token}", "X-Workspace": self.studio.workspace_id}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=20)

    def pay(self, checkout_url: str, card: str = GOOD) -> httpx.Response:
        session_id = checkout_url.rsplit("/", 1)[1]
        return httpx.post(f"{self.provider_url}/sandbox/checkout/{session_id}/pay", json={"card": card}, timeout=20)

    def charges(self, invoice_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.provider_url}/sandbox/charges", params={"invoice_id": invoice_id}).json()
        return [charge for charge in found if charge["status"] == "succeeded"]

    def shown(self, invoice_id: str) -> dict[str, Any]:
        with self.program as program:
            answer: dict[str, Any] = program.get(f"/invoices/{invoice_id}").json()
            return answer

    def wait_for(self, invoice_id: str, status: str) -> dict[str, Any]:
        self.wait_until(lambda: self.shown(invoice_id)["status"] == status)
        return self.shown(invoice_id)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def open_shop(
    folder: Path, settings: Settings, database: Database, studio: Studio, *, webhooks_arrive: bool = True
) -> Iterator[Shop]:
    """Both servers, until the block ends. webhooks_arrive: whether the provider's messages reach the product."""
    with ExitStack() as stack:
        providers: list[Faulty] = []

        def make_product(url: str) -> Any:
            def make_provider(own_url: str) -> Faulty:
                target = f"{url}/webhooks/stripe" if webhooks_arrive else None
                store = Store(folder / "provider.db", public_url=own_url)
                made = create_provider(store, webhook_url=target, webhook_secret=settings.stripe_webhook_secret)
                providers.append(Faulty(made))
                return providers[0]

            # The product's pages name the provider as a place that forms may lead to, so it has to be there first.
            settings.stripe_base_url = stack.enter_context(served(make_provider))
            settings.stripe_api_key, settings.public_url = "sk_test_sandbox", url
            return create_app(settings, database)

        url = stack.enter_context(served(make_product))
        yield Shop(url, settings.stripe_base_url, providers[0], database, studio, settings)
