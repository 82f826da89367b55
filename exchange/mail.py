"""Sending a plain message by the installation's own mail server."""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from domain.errors import Invalid, SafegroundError

TIMEOUT: Final = 20.0  # seconds


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over; ``sender`` is the address that it comes from.

    With ``starttls`` (the default) nothing is said before the line is encrypted and the server's
    certificate checked. Without a ``user`` nobody signs in.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True


class NotSent(SafegroundError):
    """The mail server could not be reached or would not take the message."""

    status = 502


def send(server: MailServer, to: str, subject: str, text: str) -> None:
    """Send ``text``, plain and in UTF-8, to one address.

    Raises
    ------
    Invalid
        The address or the subject cannot stand in a message's head.
    NotSent
        The server could not be reached or refused it. The message names no address: it may be
        logged and shown to an administrator.
    """
    message = written(server.sender, to, subject, text)
    try:
        with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT) as line:
            if server.starttls:
                line.starttls(context=ssl.create_default_context())
            if server.user:
                line.login(server.user, server.password)
            line.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_why(error)) from error


def written(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Return the message as it goes out; :class:`Invalid` for an address that is none."""
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = sender, to, subject
        recipients, senders = message["To"].addresses, message["From"].addresses
    except (ValueError, MessageError, IndexError) as error:
        raise Invalid("That address or subject cannot be written on a message.") from error
    if not all(
        len(each) == 1 and each[0].domain and each[0].username for each in (recipients, senders)
    ):
        raise Invalid("The sender and the recipient are one e-mail address each.")
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=senders[0].domain)
    message["Auto-Submitted"] = "auto-generated"  # so that no absence is announced in reply
    message.set_content(text)
    return message


def _why(error: Exception) -> str:
    """Say what went wrong without an address or what the server answered."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "The mail server did not take the user and password."
        case smtplib.SMTPRecipientsRefused():
            return "The mail server refused the address."
        case smtplib.SMTPNotSupportedError():
            return "The mail server does not offer what is set: encryption or a sign-in."
        case ssl.SSLError():
            return "The mail server's certificate was not accepted."
        case smtplib.SMTPException():
            return "The mail server refused the message."
        case _:
            return "The mail server could not be reached."
