"""Addresses as people type them: made plain, or refused with what is wrong and how it should look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grassroots.errors import BadInput
from grassroots.plugins.smtp import _is_address
from grassroots.values.addresses import read_mail, read_web

MAILS = {
    "wang@example.net": "wang@example.net",
    " wang@example.net ": "wang@example.net",
    "wang @ example.net": "wang@example.net",
    "ｗａｎｇ＠ｅｘａｍｐｌｅ．ｎｅｔ": "wang@example.net",
    "wang@example。net": "wang@example.net",
    "mailto:wang@example.net": "wang@example.net",
    "<wang@example.net>": "wang@example.net",
    "<mailto:wang@example.net>": "wang@example.net",
    "王小明 <wang@example.net>": "wang@example.net",
    '"王小明" <wang@example.net>；': "wang@example.net",
    "“wang@example.net”": "wang@example.net",
    "wang@example.net，": "wang@example.net",
    "wang@example.net。": "wang@example.net",
    "wang.li+duty_1%x@mail-1.example.com.cn": "wang.li+duty_1%x@mail-1.example.com.cn",
    "王小明@例子.中国": "王小明@例子.中国",
    "a..b@example.net": "a..b@example.net",
    "144000000@example.net": "144000000@example.net",
    "wang\u200b@example.net": "wang@example.net",
}
NO_MAILS = {
    "": "mail-no-at", "zhao": "mail-no-at", "14400000001": "mail-no-at", "没有": "mail-no-at",
    "zhao#example.org": "mail-no-at",
    "a@example.org, b@example.org": "mail-several", "zhao@@example.org": "mail-several",
    "@example.org": "mail-name", "王,明@example.org": "mail-name", '"zhao"@example.org': "mail-name",
    "x" * 65 + "@example.org": "mail-name",
    "a@example.org <b@example.org>": "mail-several", "王小明 <>": "mail-no-at",
    "zhao@": "mail-domain", "zhao@example": "mail-domain", "zhao@example,org": "mail-domain",
    "zhao@.net": "mail-domain", "zhao@example.org.": "mail-domain", "zhao@ex_.org": "mail-domain",
    "zhao@-example.org": "mail-domain", "zhao@10.0.0.1": "mail-domain", "zhao@[10.0.0.1]": "mail-domain",
    "zhao@" + "e" * 64 + ".net": "mail-domain", "zhao@" + "例." * 100 + "中国": "mail-domain",
}  # fmt: skip


@pytest.mark.parametrize("typed", MAILS)
def test_a_mailbox_is_made_plain(typed: str) -> None:
    assert read_mail(typed) == MAILS[typed]
    assert _is_address(read_mail(typed)), "what is let in can be sent to"


@pytest.mark.parametrize("typed", NO_MAILS)
def test_what_is_no_mailbox_is_refused_in_words_that_do_not_repeat_it(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_mail(typed)
    assert refused.value.code == NO_MAILS[typed]
    assert not typed or typed not in str(refused.value)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_mailbox_that_stays_one_or_refused(typed: str) -> None:
    try:
        read = read_mail(typed)
    except BadInput:
        return
    assert read_mail(read) == read


@pytest.mark.parametrize(
    "typed", ["https://example.net/notices", "ｈｔｔｐ：／／example.net", " http://10.0.0.1:8080 "]
)
def test_a_web_address_is_made_plain(typed: str) -> None:
    assert read_web(typed).startswith("http")


@pytest.mark.parametrize(
    "typed", ["https://example.net/a。", "<https://example.net/a>", "“https://example.net/a”，"]
)
def test_what_stands_around_a_web_address_does_not_belong_to_it(typed: str) -> None:
    assert read_web(typed) == "https://example.net/a"


@pytest.mark.parametrize(
    "typed",
    [
        "", "example.net", "ftp://example.net", "https://", "http://[::1", "https://h:0/",
        "https://..", "https://-/x", "https://.example.net",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_web(typed)
    assert refused.value.code == "web-form"
