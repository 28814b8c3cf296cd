"""Mail out over SMTP and mail in as raw bytes. Nothing here remembers anything: who sent what is the caller's record."""

from api.gateways.mail.incoming import inbound_signature, is_inbound_genuine, parse_incoming, reply_text
from api.gateways.mail.outgoing import inline_css, message_id, send_mail, to_message, unsubscribe_headers

__all__ = [
    "inbound_signature",
    "inline_css",
    "is_inbound_genuine",
    "message_id",
    "parse_incoming",
    "reply_text",
    "send_mail",
    "to_message",
    "unsubscribe_headers",
]
