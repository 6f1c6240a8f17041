"""Friday's whole router: every procedure there is."""

from agent.channels.trpc import accounts, approvals, chat, page, taught, toolbox, uploads
from agent.channels.trpc.backend import Backend
from agent.channels.trpc.procedures import Router


def friday_router(backend: Backend) -> Router:
    """All procedures over one set of services."""
    return Router(
        (
            *accounts.procedures(backend),
            *approvals.procedures(backend),
            *chat.procedures(backend),
            *page.procedures(backend),
            *taught.procedures(backend),
            *toolbox.procedures(backend),
            *uploads.procedures(backend),
        )
    )
