"""The outbox of mail: how long it tries."""

from datetime import timedelta

from sqlmodel import Session, select

from models import clock
from models.commands.emails import MAX_ATTEMPTS, MailWanted, claim_emails, mark_failed, queue_email
from models.tables.events import Event


def test_a_mail_server_may_be_away_for_five_days(session: Session):
    """As decision 0013 promises: a long weekend loses nothing, and then somebody is told."""
    wanted = MailWanted("invoice:inv_1:delivery", "ada@byron-mills.example", "Your invoice", "<p>Here</p>", "Here")
    email = queue_email(session, wanted, message_id="<1@mail.example>")
    began = clock.now()
    for attempt in range(MAX_ATTEMPTS):
        assert email.status == "queued", f"given up after {attempt} attempts"
        if email.next_try_at is not None:
            clock.move(email.next_try_at - clock.now())
        session.flush()
        assert claim_emails(session, now=clock.now(), limit=1) == [email]
        mark_failed(session, email, "The mail server does not answer.", is_final=False)

    assert email.status == "refused"
    assert timedelta(days=5) <= clock.now() - began < timedelta(days=5, hours=1)
    assert [event.type for event in session.exec(select(Event))] == ["email.refused"]
