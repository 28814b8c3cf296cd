"""Starts the mail sink: `python -m api.sandbox.mail --smtp-port 2525 --port 8025 --db var/mail.db`."""

import argparse
import os
import socket
import sys
from pathlib import Path

import uvicorn

from api.sandbox.mail.app import Inbound, build_app
from api.sandbox.mail.smtp import SmtpDoor
from api.sandbox.mail.store import DeliveryStore


def main() -> None:
    """Serves until it is told to stop."""
    options = _options()
    for port in (options.smtp_port, options.port):
        if port and not _is_free(port):
            sys.exit(f"mail sink: port {port} is in use; stop what holds it or choose another.")
    store = DeliveryStore(options.db)
    app = build_app(store, SmtpDoor(store, options.smtp_port), Inbound(options.inbound_url, options.inbound_secret))
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", access_log=False, server_header=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m api.sandbox.mail", description="Takes every mail and sends none.")
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--port", type=int, default=8025, help="of the inbox page and its JSON")
    parser.add_argument("--db", type=Path, default=Path("var/mail.db"))
    parser.add_argument("--inbound-url", default="", help="where replies are posted as raw mail")
    parser.add_argument(
        "--inbound-secret", default=os.environ.get("THROUGHLINE_INBOUND_SECRET", ""), help="or in THROUGHLINE_INBOUND_SECRET"
    )
    return parser.parse_args()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    main()
