"""Tomorrow's duties, told in four ways: a robot, an SMS, a telephone list, a sheet for the board.

    python examples/reminders/reminders.py --out reminders            (in Chinese)
    python examples/reminders/reminders.py --out reminders --english

A small network is made in memory; its clock is moved to the evening before, and `grassroots.delivery.deliver`
does what a scheduler would let it do every minute. Everybody is invented. Nothing leaves this machine: what
the robot and the gateway would get is written into the folder as they would get it.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import grassroots
from grassroots.contracts.notice import Delivery, Limits, Message, Notifier
from grassroots.delivery import deliver
from grassroots.pages.calls import render_calls
from grassroots.usecases.telling import NetworkTeller

TODAY = date(2026, 3, 4)
PEOPLE = (  # name, telephone, how they are reached; of the last nobody knows a number
    ("宋怀远", "14400000001", [("wecom", "song"), ("sms", "")]),
    ("孟广林", "14400000002", [("sms", "")]),
    ("何素珍", "14400000003", []),
    ("卯春来", None, []),
)


class Robot(Notifier):
    """What a work group's robot takes: JSON, at most 2,048 bytes of text, and no key to know it again by."""

    takes_key = False
    limits = Limits(per_minute=20, text_bytes=2048)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: Message) -> Delivery:
        payload = {"msgtype": "text", "text": {"content": message.text, "mentioned_list": [message.to]}}
        path = self._folder / f"wecom-{message.key}-{message.to}.json"
        path.write_text(json.dumps(payload, ensure_ascii=False, indent=2), "utf-8")
        return Delivery.delivered()


class Gateway(Notifier):
    """What an SMS gateway takes: one text of at most 70 characters (160 without Chinese) for one number."""

    takes_key = True

    def __init__(self, folder: Path, longest: int) -> None:
        self._folder = folder
        self.limits = Limits(text_characters=longest)

    def deliver(self, message: Message) -> Delivery:
        path = self._folder / f"sms-{message.key}-{message.to}.txt"
        path.write_text(message.text, "utf-8")
        return Delivery.delivered()


def main(out: Path, language: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    now = [datetime(2026, 3, 4, 1, 0, tzinfo=UTC)]  # nine in the morning in Zhuzhou
    channels = {
        "wecom": Robot(out),
        "sms": Gateway(out, 70 if language == "zh" else 160),
        "phone": "phone:",
        "paper": "paper:",
    }
    teller = NetworkTeller(channels=tuple(channels), language=language)
    with grassroots.open("memory://", zone="Asia/Shanghai", clock=lambda: now[0]) as network:
        desk = network.desk("steward:office")
        deliver(network, channels, teller=teller)  # from now on
        post = desk.stations.found(kind="post", name="365驿站", name_en="365 post").id
        hours = ((time(8, 30), time(11, 30)), (time(14, 30), time(17, 30)))
        for number, (name, phone, ways) in enumerate(PEOPLE):
            member = desk.members.register(name=name, phone=phone, station=post).id
            if ways:
                desk.reach.note(member, ways=ways)
            starts, ends = hours[number % 2]
            shift = desk.duties.post(
                station=post, day=TODAY + timedelta(days=2), starts=starts, ends=ends, minimum=2
            )
            desk.duties.assign(shift.id, member)
        for moment in (
            datetime(2026, 3, 4, 2, 0, tzinfo=UTC),  # the roster was typed in
            datetime(2026, 3, 5, 0, 30, tzinfo=UTC),  # next morning: the digest
            datetime(2026, 3, 5, 8, 0, tzinfo=UTC),  # four in the afternoon: the board
            datetime(2026, 3, 5, 9, 0, tzinfo=UTC),  # five: tomorrow's reminders
        ):
            now[0] = moment
            deliver(network, channels, teller=teller)
        for medium in ("phone", "paper"):
            sheet = desk.calls.sheet(medium)
            (out / f"{medium}.html").write_text(render_calls(sheet, language), "utf-8")
    for path in sorted(out.iterdir()):
        print(path.name)


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--out", type=Path, default=Path("reminders"))
    words.add_argument("--english", action="store_true")
    asked = words.parse_args()
    main(asked.out, "en" if asked.english else "zh")
