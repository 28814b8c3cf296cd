"""Run the sandbox payment provider on loopback: `python -m api.sandbox.provider --port 8420 --webhook-url URL`."""

import argparse
import os

import uvicorn

from api.sandbox.provider.app import create_app
from api.sandbox.provider.store import Store


def main() -> None:
    options = _parser().parse_args()
    host = "127.0.0.1"
    store = Store(options.db, public_url=options.public_url or f"http://{host}:{options.port}")
    app = create_app(store, webhook_url=options.webhook_url, webhook_secret=options.webhook_secret)
    uvicorn.run(app, host=host, port=options.port, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api.sandbox.provider", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--db", required=True, help="the SQLite file that holds everything")
    parser.add_argument("--webhook-url", help="where events go; without it they are only kept")
    parser.add_argument(
        "--webhook-secret", default=os.environ.get("SANDBOX_WEBHOOK_SECRET", ""), help="or SANDBOX_WEBHOOK_SECRET"
    )
    parser.add_argument("--public-url", help="how browsers reach this provider; the default is its own loopback address")
    return parser


if __name__ == "__main__":
    main()
