"""The notifier: one template, one number, one request, and what its answer means."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from grassroots.contracts.notice import Delivery, Message, Notifier
from grassroots.errors import BadInput, Unreachable
from grassroots_sms_tencent.signing import CONTENT, authorization

Post = Callable[[str, bytes, Mapping[str, str], float], bytes]
"""A transport: host, body, headers, seconds in; the body of the answer out. ConnectionRefusedError and the
like where nothing was sent; TimeoutError or ConnectionError where nobody knows."""

_NUMBER = re.compile(r"\+?[0-9]{6,15}")
_PASSING = ("LimitExceeded", "RequestLimitExceeded", "AuthFailure", "UnauthorizedOperation")
"""Beginnings of codes that certainly mean "not sent", and that another day, or the office, can mend."""


class NotSent(Exception):
    """The connection could not be made: nothing left the house."""


def post(host: str, body: bytes, headers: Mapping[str, str], timeout: float) -> bytes:
    """The usual transport: HTTPS, a connection for each request."""
    connection = http.client.HTTPSConnection(host, timeout=timeout)
    try:
        try:
            connection.connect()
        except OSError as error:
            raise NotSent from error
        connection.request("POST", "/", body, dict(headers))
        return connection.getresponse().read(1 << 20)
    finally:
        connection.close()


class TencentSms(Notifier):
    """One account with its application, signature and templates.

    ``templates`` give, by the key of a notice (``*`` for any other), the id of the approved template and the
    names of the values in the order of its variables. ``send`` is the transport, ``clock`` gives seconds
    since 1970.
    """

    takes_key = False
    service = "tencent-sms"

    def __init__(
        self,
        secret_id: str,
        secret_key: str,
        *,
        app: str,
        sign: str,
        templates: Mapping[str, tuple[str, tuple[str, ...]]],
        host: str = "sms.tencentcloudapi.com",
        region: str = "ap-guangzhou",
        timeout: float = 10.0,
        send: Post = post,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secrets = (secret_id, secret_key)
        self._app = app
        self._sign = sign
        self._templates = dict(templates)
        self._host = host
        self._region = region
        self._timeout = timeout
        self._send = send
        self._clock = clock

    def deliver(self, message: Message) -> Delivery:
        """Send it by the template of its key."""
        template = self._templates.get(message.key) or self._templates.get("*")
        if template is None:
            return Delivery.refused("no-template")
        if not _NUMBER.fullmatch(message.to):
            return Delivery.refused("no-number")
        known = {**message.values, "text": message.short or message.text, "sign": message.code}
        try:
            filled = [_text(known[name]) for name in template[1]]
        except KeyError:
            return Delivery.refused("no-value")
        return self._meaning(self._asked(message, template[0], filled))

    def _asked(self, message: Message, template: str, filled: list[str]) -> bytes | None:
        number = message.to if message.to.startswith("+") else f"+86{message.to}"
        body = json.dumps(
            {
                "PhoneNumberSet": [number],
                "SmsSdkAppId": self._app,
                "SignName": self._sign,
                "TemplateId": template,
                "TemplateParamSet": filled,
                "SessionContext": message.notice,
            }
        ).encode()
        at = int(self._clock())
        headers = {
            "Authorization": authorization(*self._secrets, self._host, body, at),
            "Content-Type": CONTENT,
            "Host": self._host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(at),
            "X-TC-Region": self._region,
        }
        try:
            return self._send(self._host, body, headers, self._timeout)
        except NotSent as error:
            raise Unreachable("unreachable", where=self._host) from error
        except (OSError, http.client.HTTPException):
            return None

    def _meaning(self, answer: bytes | None) -> Delivery:
        if answer is None:
            return Delivery.uncertain("no-answer")
        try:
            response = json.loads(answer)["Response"]
            if "Error" in response:
                return _refusal(str(response["Error"]["Code"]))
            (status,) = response["SendStatusSet"]
            code, serial = str(status["Code"]), str(status.get("SerialNo", ""))
        except (ValueError, LookupError, TypeError):
            return Delivery.uncertain("answer-unreadable")
        if code == "Ok":
            return Delivery.accepted(serial[:200] if serial.isprintable() else "")
        return _refusal(code)


def _refusal(code: str) -> Delivery:
    short = code if re.fullmatch(r"[\w.]{1,64}", code, re.ASCII) else "refused"
    if short.startswith(_PASSING):
        # A limit for one number and day does not pass in a minute.
        return Delivery.retry(short, after=3600.0 if "Limit" in short else 60.0)
    if short.startswith("InternalError"):
        return Delivery.uncertain(short)
    return Delivery.refused(short)


def _text(value: object) -> str:
    return "、".join(value) if isinstance(value, tuple) else str(value)


def open_sms(url: str) -> Notifier:
    """The account of a URL; BadInput ``channel-unknown-form`` repeats no part of it."""
    try:
        parts = urlsplit(url)
        settings = dict(parse_qsl(parts.query))
        templates = {
            name[2:]: _template(settings.pop(name)) for name in list(settings) if name.startswith("t-")
        }
        if settings.keys() - {"app", "sign", "region", "timeout"} or not templates:
            raise ValueError
        if not (parts.username and parts.password and parts.hostname):
            raise ValueError
        return TencentSms(
            unquote(parts.username),
            unquote(parts.password),
            app=settings["app"],
            sign=settings["sign"],
            templates=templates,
            host=parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}",
            region=settings.get("region", "ap-guangzhou"),
            timeout=float(settings.get("timeout", "10")),
        )
    except (ValueError, KeyError):
        raise BadInput(
            "bad-input", what="tencent-sms://SECRET_ID:SECRET_KEY@host?app=&sign=&t-KEY=ID:name,name"
        ) from None


def _template(text: str) -> tuple[str, tuple[str, ...]]:
    id_, _, names = text.partition(":")
    if not id_.isdigit():
        raise ValueError
    return id_, tuple(name for name in names.split(",") if name)
