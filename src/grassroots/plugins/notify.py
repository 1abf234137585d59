"""The channel ``apprise``: the hundred services that Apprise speaks to; the extra ``notify``.

``apprise:`` and the URL that Apprise documents behind it: ``apprise:wecombot://KEY``,
``apprise:dingtalk://TOKEN``, ``apprise:feishu://TOKEN``, ``apprise:bark://host/KEY``, ``apprise:matrix://...``.
The rule packs know limits of some of them by that inner scheme (``channel_limit``).

Where to a message goes stands in the URL, so a route needs no address: a channel is one robot, one topic,
one account. None of the services takes a key here. Apprise says yes or no and not why: a no may be a robot
that refused, and it may be an answer that came too late, so it counts as uncertain. Kinds that may be told
twice are tried again, with the same sign; the others wait for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Delivery, Limits, Message, Notifier, Urgency
from grassroots.errors import BadInput, need


@final
class Apprised(Notifier):
    """One service of Apprise."""

    takes_key = False

    def __init__(self, url: str) -> None:
        inner = url.partition(":")[2]
        try:
            import apprise
        except ImportError as error:
            raise need("notify", "apprise") from error
        # Apprise logs what it does, with parts of the message; nothing of it may reach a log.
        apprise.logger.disabled = True
        self._apprise = apprise
        service: Any = apprise.Apprise.instantiate(inner, suppress_exceptions=True)
        if service is None:
            raise BadInput("channel-apprise")
        self._service = service
        self.service = inner.partition(":")[0].lower()
        self.limits = Limits(text_characters=int(service.body_maxlen))

    def deliver(self, message: Message) -> Delivery:
        """Hand it to the service."""
        kind = self._apprise.NotifyType
        done = self._service.notify(
            body=message.text,
            title=message.title,
            notify_type=kind.WARNING if message.urgency is Urgency.URGENT else kind.INFO,
            body_format=self._apprise.NotifyFormat.TEXT,
        )
        return Delivery.accepted() if done else Delivery.uncertain("service-said-no")


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``apprise:``."""
    return [NotifierOffer("apprise", Apprised)]
