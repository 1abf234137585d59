"""The channel ``tencent-sms``: SMS through Tencent Cloud. README.md says how a URL looks."""

from collections.abc import Iterable

from grassroots.contracts.hooks import NotifierOffer, hookimpl
from grassroots.contracts.notice import Limits
from grassroots_sms_tencent.sms import TencentSms, open_sms

__all__ = ["TencentSms", "grassroots_notifiers", "open_sms"]


@hookimpl
def grassroots_notifiers() -> Iterable[NotifierOffer]:
    """Offer ``tencent-sms:``."""
    return [NotifierOffer("tencent-sms", open_sms, limits=Limits(text_characters=500))]
