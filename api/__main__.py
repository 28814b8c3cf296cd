"""`python -m api`: the web process."""

import uvicorn

from api.app import create_app
from models.settings import get_settings


def main() -> None:
    """Serve until told to stop."""
    settings = get_settings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,  # live event streams never end by themselves
    )


if __name__ == "__main__":
    main()
