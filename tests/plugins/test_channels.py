"""Channels hand over what they get, say what became of it, and never tell an address that may be a secret."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from tests.plugins.receivers import receiving

from grassroots.contracts.notice import Attachment, Delivery, Message, Notifier, Outcome
from grassroots.discovery import find_notifier, load_plugins
from grassroots.errors import BadInput, Unreachable
from grassroots.plugins.channels import Console, Folder
from grassroots.plugins.smtp import Mail
from grassroots.plugins.webhook import Webhook

PLUGINS = load_plugins()


def opened(url: str) -> Notifier:
    return find_notifier(url, PLUGINS).open(url)


def message(**fields: object) -> Message:
    told = {"notice": "n1", "to": "wang@example.net", "title": "值班提醒", "text": "明天上午九点值班。"}
    return Message(**{**told, **fields})  # type: ignore[arg-type]


# -- without a network ------------------------------------------------------------------------------------
def test_the_console_prints() -> None:
    stream = io.StringIO()
    assert Console(stream).deliver(message()) == Delivery.delivered()
    assert stream.getvalue() == "wang@example.net\n值班提醒\n明天上午九点值班。\n\n"


def test_a_folder_gets_each_notice_once(tmp_path: Path) -> None:
    folder = opened((tmp_path / "out").as_uri())
    for notice in ("n1", "n1", "../n2", "N1", "明天"):
        assert folder.deliver(message(notice=notice)).outcome is Outcome.DELIVERED
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 4
    assert {json.loads(one.read_text("utf-8"))["notice"] for one in files} == {"n1", "../n2", "N1", "明天"}
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreachable):
        Folder(tmp_path / "file").deliver(message())


def test_a_person_is_asked_also_without_a_number() -> None:
    assert opened("phone:").deliver(message(to="14400000001")) == Delivery.task("phone")
    assert opened("phone:").deliver(message(to="")) == Delivery.task("phone"), "a number can be found out"
    assert opened("paper:").deliver(message(to="")) == Delivery.task("paper")


WRONG = (
    "file:", "file:///", "file://host/path", "webhook+https:", "webhook+https://h/p?-key=perhaps",
    "webhook+http://h/p?-secret=geheim", "webhook+http://h:geheim/p", "smtp://geheim", "smtp://h?from=geheim",
    "smtp://u:geheim@h?from=a@b.cn&tls=no", "smtps://u:geheim@h?from=a@b.cn&tls=no", "smtp://h?from=a@b.cn&geheim=1",
    "apprise:", "apprise:geheim://x", "nats://", "nats://h?stream=a.geheim", "nats://h?geheim=1",
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
@pytest.mark.parametrize("url", WRONG)
def test_an_address_that_cannot_be_meant_is_refused_in_words_that_do_not_repeat_it(url: str) -> None:
    with pytest.raises(BadInput) as wrong:
        opened(url)
    assert str(wrong.value)
    assert "geheim" not in str(wrong.value) + repr(wrong.value.facts)


# -- webhook ----------------------------------------------------------------------------------------------
def test_a_webhook_posts_json_with_the_key_of_the_notice_over_one_connection() -> None:
    with receiving("http") as (_, at, took), opened(f"webhook+http://{at}/in?a=1&-token=geheim") as hook:
        assert hook.deliver(message()) == Delivery.delivered("r-n1")
        assert hook.deliver(message()) == Delivery.delivered("r-n1")
        assert hook.deliver(message(notice="值")).outcome is Outcome.DELIVERED
    assert [(one["path"], one["key"], one["auth"]) for one in took] == [
        ("/in?a=1", "n1", "Bearer geheim"), ("/in?a=1", "值".encode().hex(), "Bearer geheim"),
    ]  # fmt: skip
    assert took[0]["body"]["text"] == "明天上午九点值班。"


ANSWERS = {
    200: Outcome.DELIVERED, 201: Outcome.DELIVERED, 202: Outcome.ACCEPTED, 302: Outcome.REFUSED,
    400: Outcome.REFUSED, 404: Outcome.REFUSED, 409: Outcome.RETRY, 429: Outcome.RETRY,
    500: Outcome.UNCERTAIN, 503: Outcome.RETRY,
}  # fmt: skip


def test_what_an_answer_means() -> None:
    with receiving("http") as (server, at, _):
        for status, outcome in ANSWERS.items():
            server.answer = lambda handler, status=status: (status, {"Retry-After": "7"})
            with opened(f"webhook+http://{at}/") as hook:
                delivery = hook.deliver(message(notice=f"n{status}"))
            assert delivery.outcome is outcome, status
            assert delivery.after == (7.0 if outcome is Outcome.RETRY else None)


def test_a_receiver_that_is_not_there_certainly_got_nothing() -> None:
    with receiving("http") as (_, at, _):
        pass
    with pytest.raises(Unreachable):
        opened(f"webhook+http://{at}/geheim").deliver(message())


@pytest.mark.parametrize("takes_key", [True, False])
def test_a_connection_that_breaks_is_tried_again_only_under_a_key(takes_key: bool) -> None:
    with receiving("http") as (server, at, took):
        server.handle_error = lambda *_: None
        hook = Webhook(f"http://{at}/", takes_key=takes_key)
        assert hook.deliver(message()).outcome is Outcome.DELIVERED
        fair, count = server.answer, [0]

        def once(handler: object) -> tuple[int, dict[str, str]]:
            count[0] += 1
            if count[0] == 1:
                raise ConnectionAbortedError  # the handler is done for, and with it the connection
            return fair(handler)  # type: ignore[no-any-return]

        server.answer = once
        delivery = hook.deliver(message(notice="n2"))
        assert delivery.outcome is (Outcome.DELIVERED if takes_key else Outcome.UNCERTAIN)
        assert len(took) == (2 if takes_key else 1)
        hook.close()


# -- mail -------------------------------------------------------------------------------------------------
def test_a_mail_has_its_words_its_files_and_an_id_that_never_changes() -> None:
    with (
        receiving("mail") as (_, at, took),
        opened(f"smtp://{at}?from=office@example.net&name=社区&tls=no") as mail,
    ):
        for _ in range(2):
            ics = Attachment("值班.ics", "text/calendar", b"BEGIN:VCALENDAR")
            delivery = mail.deliver(message(attachments=(ics,), urgency="urgent"))
            assert delivery == Delivery.accepted("queued as 7")
    assert took[0] == took[1]
    assert took[0]["text"].strip() == "明天上午九点值班。"
    assert (took[0]["subject"], took[0]["files"], took[0]["to"]) == (
        "值班提醒",
        ["值班.ics"],
        "wang@example.net",
    )
    assert took[0]["from"].startswith("社区 <")
    assert took[0]["id"].endswith("@example.net>")


STEPS: dict[str, tuple[str, str, Outcome]] = {
    "nobody there": ("RCPT", "550 no such user", Outcome.REFUSED),
    "grey-listed": ("RCPT", "451 try later", Outcome.RETRY),
    "sender refused": ("MAIL", "553 no", Outcome.RETRY),
    "no log-in": ("MAIL", "530 authentication required", Outcome.RETRY),
    "does not want it": ("DATA", "451 busy", Outcome.RETRY),
    "refused it": ("END", "554 spam", Outcome.REFUSED),
    "full": ("END", "452 full", Outcome.RETRY),
    "gone before it answered": ("END", "vanish", Outcome.UNCERTAIN),
}


@pytest.mark.parametrize("case", STEPS)
def test_what_a_mail_server_says_at_which_step(case: str) -> None:
    step, answer, outcome = STEPS[case]
    with receiving("mail") as (server, at, _), opened(f"smtp://{at}?from=office@example.net&tls=no") as mail:
        server.answer = lambda word: answer if word.upper().startswith(step) else ""
        assert mail.deliver(message()).outcome is outcome
        server.answer = lambda word: ""
        assert mail.deliver(message()).outcome is Outcome.ACCEPTED, "the connection is sound again"


def test_a_server_that_closed_an_idle_connection_is_asked_again() -> None:
    with receiving("mail") as (_, at, took):
        mail = opened(f"smtp://{at}?from=office@example.net&tls=no")
        assert isinstance(mail, Mail)
        mail.deliver(message())
        assert mail._smtp is not None
        mail._smtp.sock.shutdown(2)
        assert mail.deliver(message()).outcome is Outcome.ACCEPTED
        assert len(took) == 2
        mail.close()
    with pytest.raises(Unreachable):
        mail.deliver(message())


def test_mail_speaks_no_password_in_clear_and_injects_nothing() -> None:
    with receiving("mail") as (_, at, took):
        with pytest.raises(Unreachable):  # no STARTTLS there
            opened(f"smtp://u:geheim@{at}?from=office@example.net").deliver(message())
        mail = opened(f"smtp://{at}?from=office@example.net&tls=no")
        for to in ("", "wang", "a@b\r\nBcc: x@y", "a b@c", "a@b,c@d", "<a@b>"):
            assert mail.deliver(message(to=to)) == Delivery.refused("no-address")
        assert mail.deliver(message(to="王@example.net")) == Delivery.refused("address-not-ascii")
        assert mail.deliver(message(title="a\r\nBcc: x@y.cn")).outcome is Outcome.ACCEPTED
        mail.close()
    assert [one["subject"] for one in took] == ["a Bcc: x@y.cn"]


# -- apprise ----------------------------------------------------------------------------------------------
LOADING = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated", "ignore::DeprecationWarning:apprise")


@LOADING
def test_apprise_hands_over_and_its_inner_scheme_names_the_service(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("apprise")
    with receiving("http") as (server, at, took), caplog.at_level(logging.DEBUG):
        line = opened(f"apprise:json://user:geheim@{at}/")
        assert (line.service, line.takes_key) == ("json", False)
        assert line.deliver(message()).outcome is Outcome.ACCEPTED
        server.answer = lambda handler: (500, {})
        assert line.deliver(message()).outcome is Outcome.UNCERTAIN
    assert took[0]["body"]["message"] == "明天上午九点值班。"
    assert "geheim" not in caplog.text
    assert "值班" not in caplog.text


@LOADING
def test_apprise_knows_the_robots_and_their_lengths() -> None:
    pytest.importorskip("apprise")
    line = opened("apprise:wecombot://KEY123")
    assert line.service == "wecombot"
    assert line.limits is not None
    assert 0 < (line.limits.text_characters or 0) <= 4096


# -- what is missing --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("library", "url", "line"),
    [
        ("apprise", "apprise:json://localhost/", 'pip install "grassroots[notify]"'),
        ("nats", "nats://127.0.0.1:4222", 'pip install "grassroots[nats]"'),
    ],
)
def test_a_channel_without_its_extra_names_the_line_to_type(library: str, url: str, line: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from grassroots.discovery import find_notifier\n"
        f"try: find_notifier({url!r}).open({url!r})\n"
        "except ImportError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert line in done.stdout
