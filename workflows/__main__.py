"""`python -m workflows`: the worker process."""

import asyncio
import os

from activities.client import ApiClient
from models import logging
from models.settings import get_settings
from workflows.connection import connect
from workflows.namespace import prepare
from workflows.worker import run


async def main() -> None:
    settings = get_settings()
    temporal = await connect(settings.temporal_address, settings.temporal_namespace, api_key=settings.temporal_api_key)
    await prepare(temporal)
    await run(temporal, ApiClient(settings.api_url, settings.worker_token))


if __name__ == "__main__":
    logging.configure()
    asyncio.run(main())
    # The SDK's native threads can abort the interpreter while it shuts down, after all work is done (sdk-python#300).
    os._exit(0)
