"""HTML for the client's side of the table."""

from api.portal import (
    bookings,
    brand,
    contracts,
    documents,
    files,
    forms,
    home,
    invoices,
    login,
    messages,
    projects,
    proposals,
    unsubscribing,
)

ROUTERS = [
    bookings.router,
    brand.router,
    contracts.router,
    documents.router,
    files.router,
    forms.router,
    home.router,
    invoices.router,
    invoices.public_router,
    login.router,
    messages.router,
    projects.router,
    proposals.router,
    unsubscribing.router,
]
