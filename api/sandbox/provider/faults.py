"""Faults on demand, kept in the file so that they outlive a kill like everything else."""

from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from api.sandbox.provider.store import Book, Store

NAMES = ("fail_next", "execute_then_timeout", "drop_webhooks", "duplicate_webhooks", "reverse_webhooks")


class Faults(BaseModel):
    """Only what is named changes; 0 or false switches it off."""

    model_config = ConfigDict(extra="forbid")

    fail_next: int | None = Field(None, ge=0, description="This many API calls fail before anything is done.")
    status: int = Field(500, ge=400, le=599, description="With fail_next: how.")
    execute_then_timeout: int | None = Field(None, ge=0, description="This many writes are done, and their replies lost.")
    drop_webhooks: bool | None = Field(None, description="Events from now on are never sent.")
    duplicate_webhooks: int | None = Field(None, ge=0, le=10, description="Every event is sent this many more times.")
    reverse_webhooks: bool | None = Field(None, description="The events of one transaction are sent last first.")


def router(store: Store) -> APIRouter:
    routes = APIRouter(prefix="/sandbox/faults")

    @routes.get("")
    def show() -> dict[str, object]:
        with store.transaction() as book:
            return _present(book)

    @routes.post("")
    def change(wanted: Annotated[Faults, Body()]) -> dict[str, object]:
        with store.transaction() as book:
            for name in NAMES:
                value = getattr(wanted, name)
                if value is not None:
                    book.set_fault(name, value)
            if wanted.fail_next:
                book.set_fault("fail_status", wanted.status)
            return _present(book)

    return routes


def due_failure(book: Book) -> int | None:
    """The status this call must fail with, one fewer left; None when no failure is due."""
    return book.fault("fail_status") if _used_up(book, "fail_next") else None


def due_cut(book: Book) -> bool:
    """Whether the reply to this write is to be lost, one fewer left."""
    return _used_up(book, "execute_then_timeout")


def _used_up(book: Book, name: str) -> bool:
    left = book.fault(name) or 0
    if left:
        book.set_fault(name, left - 1)
    return bool(left)


def _present(book: Book) -> dict[str, object]:
    return {name: book.fault(name) or 0 for name in NAMES}
