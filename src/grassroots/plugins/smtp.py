"""The channels ``smtp:`` and ``smtps:``: mail by the standard library.

``smtp://user:password@mail.example.net:587?from=office@example.net`` (user and password percent-encoded,
or left out for a relay of the house). ``smtps:`` speaks TLS from the first byte (port 465); ``smtp:`` begins
plain and goes on under TLS (STARTTLS), unless ``tls=no`` is said, which is refused together with a password.
Further settings: ``name`` (of the sender), ``timeout`` (seconds, 15).

Mail takes no key: a server may deliver the same message twice. The ``Message-ID`` is made from the notice and
is the same in every try, so that many mail programs show it once; the text still bears the sign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qsl, unquote, urlsplit

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Message, Notifier, Urgency
from grassroots.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from email.message import EmailMessage
    from smtplib import SMTP

_SETTINGS = frozenset({"from", "name", "timeout", "tls"})


@final
class Mail(Notifier):
    """One server and one sender. The connection is kept and made anew when the server has closed it."""

    takes_key = False
    service = "smtp"

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        name: str = "",
        user: str = "",
        password: str = "",
        tls: str = "starttls",
        timeout: float = 15.0,
    ) -> None:
        self._where = (host, port)
        self._sender = sender
        self._name = name
        self._login = (user, password)
        self._tls = tls
        self._timeout = timeout
        self._smtp: SMTP | None = None

    def deliver(self, message: Message) -> Delivery:
        """Send one mail; what the server says at each step decides what may be said of it."""
        from smtplib import SMTPException, SMTPServerDisconnected

        if not _is_address(message.to):
            return Delivery.refused("no-address")
        mail = self.built(message)
        for again in (False, True):
            smtp = self._connected()
            try:
                refused = self._envelope(smtp, message.to)
            except (SMTPException, OSError) as error:
                self.close()
                # Nothing but the envelope went out, so nothing was sent. A server that closed an idle
                # connection is asked a second time.
                if again or not isinstance(error, SMTPServerDisconnected):
                    raise Unreachable("unreachable", where=self._where[0]) from error
                continue
            return refused if refused is not None else self._data(smtp, mail)
        raise AssertionError("unreachable")  # pragma: no cover

    def _envelope(self, smtp: SMTP, to: str) -> Delivery | None:
        wide = not to.isascii()
        if wide and not smtp.has_extn("smtputf8"):
            return Delivery.refused("address-not-ascii")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
        code, _ = smtp.mail(self._sender, options)
        if code >= 400:
            # It takes no mail from us at all (a sender or log-in that is wrong): no fault of this address,
            # and no reason to have everybody rung up.
            smtp.rset()
            return Delivery.retry(f"smtp-{code}")
        code, _ = smtp.rcpt(to)
        if code >= 400:
            smtp.rset()
            return Delivery.refused(f"smtp-{code}") if code >= 500 else Delivery.retry(f"smtp-{code}")
        return None

    def _data(self, smtp: SMTP, mail: EmailMessage) -> Delivery:
        from smtplib import SMTPDataError, SMTPException

        try:
            code, answer = smtp.data(_bytes(mail))
        except SMTPDataError as error:
            # The server did not even want to see it.
            self.close()
            return Delivery.retry(f"smtp-{error.smtp_code}")
        except (SMTPException, OSError):
            self.close()
            return Delivery.uncertain("connection-lost")
        if code == 250:
            return Delivery.accepted(_queued(answer))
        return Delivery.refused(f"smtp-{code}") if code >= 500 else Delivery.retry(f"smtp-{code}")

    def built(self, message: Message) -> EmailMessage:
        """The mail: UTF-8, the text as it is, attachments beside it."""
        from email.headerregistry import Address
        from email.message import EmailMessage
        from email.utils import formatdate

        mail = EmailMessage()
        mail["From"] = Address(self._name, addr_spec=self._sender)
        mail["To"] = message.to
        mail["Subject"] = _one_line(message.title or message.text)
        mail["Date"] = formatdate()
        mail["Message-ID"] = self.message_id(message.notice)
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = message.language
        if message.urgency is Urgency.URGENT:
            mail["Importance"] = "high"
        mail.set_content(message.text)
        for one in message.attachments:
            kind, _, subtype = one.media_type.partition("/")
            mail.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
        return mail

    def message_id(self, notice: str) -> str:
        """The same for every try of a notice, and telling nobody its id."""
        digest = hashlib.sha256(notice.encode()).hexdigest()[:32]
        return f"<{digest}@{self._sender.rpartition('@')[2]}>"

    def _connected(self) -> SMTP:
        import smtplib

        if self._smtp is None:
            try:
                self._smtp = self._opened(smtplib)
            except (smtplib.SMTPException, OSError) as error:
                raise Unreachable("unreachable", where=self._where[0]) from error
        return self._smtp

    def _opened(self, smtplib: Any) -> SMTP:
        import ssl

        host, port = self._where
        trusted = ssl.create_default_context() if self._tls != "no" else None
        if self._tls == "tls":
            smtp: SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=trusted)
        else:
            smtp = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            if self._tls == "starttls":
                smtp.starttls(context=trusted)
            smtp.ehlo_or_helo_if_needed()
            if self._login[0]:
                smtp.login(*self._login)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def close(self) -> None:
        """Say good-bye, if anybody still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and text.isprintable() and not set(text) & set(' ,;<>()[]"\\')


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]


def _bytes(mail: EmailMessage) -> bytes:
    from email.policy import SMTP, SMTPUTF8

    return mail.as_bytes(policy=SMTP if str(mail["To"]).isascii() else SMTPUTF8)


def _queued(answer: bytes) -> str:
    """The server's own words behind 250, if they can be kept: mostly the number under which it was queued."""
    text = answer.decode("ascii", "replace").strip()
    return text if len(text) <= 100 and text.isprintable() else ""


def open_mail(url: str) -> Notifier:
    """The server of a URL; BadInput ``channel-mail`` repeats no part of it."""
    try:
        parts = urlsplit(url)
        settings = dict(parse_qsl(parts.query))
        sender, tls = settings.get("from", ""), settings.get("tls", "yes")
        if settings.keys() - _SETTINGS or tls not in ("yes", "no") or not parts.hostname:
            raise ValueError
        if not _is_address(sender) or not sender.isascii():
            raise ValueError
        password = unquote(parts.password or "")
        if tls == "no" and (password or parts.scheme == "smtps"):
            raise ValueError
        how = "tls" if parts.scheme == "smtps" else "starttls" if tls == "yes" else "no"
        usual = {"tls": 465, "starttls": 587, "no": 25}[how]
        return Mail(
            parts.hostname,
            parts.port or usual,
            sender,
            name=settings.get("name", ""),
            user=unquote(parts.username or ""),
            password=password,
            tls=how,
            timeout=min(60.0, max(0.1, float(settings.get("timeout", "15")))),
        )
    except ValueError:
        raise BadInput("channel-mail") from None


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``smtp:`` and ``smtps:``."""
    return [NotifierOffer("smtp", open_mail), NotifierOffer("smtps", open_mail)]
