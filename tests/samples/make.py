"""Makes the stored samples: bodies as this version writes them, and what every one of their fields means.

Run once for every new version of a kind (``python -m tests.samples.make``), and commit what it writes. A
sample that stands is never written again: it is what networks out there have on their disks. ``least`` has
only what a record must have, so that the defaults are pinned, which are part of the format; ``full`` has as
much as one record can hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs

from grassroots.workspace.codec import Codec, structure, unstructure
from grassroots.workspace.kinds import outbox_kinds, standard_kinds
from grassroots.workspace.kindspec import Kinds

HERE = Path(__file__).parent
SALT = bytes(range(16))

LEAST: dict[str, dict[str, Any]] = {
    "network": {"id": "network", "salt": "00" * 16, "zone": "Asia/Shanghai", "founded_on": "2021-03-01"},
    "pack": {"id": "district", "version": "1", "text": "[pack]"},
    "member": {"id": "M1", "name": "卯大山"},
    "history": {"id": "H1", "about": "member/M1", "at": "2021-07-02T01:00:00Z"},
    "role": {"id": "community-mediator", "label_zh": "社区调解员", "label_en": "Mediator", "family": "six"},
    "appointment": {
        "id": "A1", "member": "M1", "role": "community-mediator", "family": "six",
        "span": {"first": "2021-03-01"},
    },
    "station": {"id": "S1", "kind": "station", "name": "灵溪站"},
    "organization": {"id": "O1", "kind": "community", "name": "灵溪社区"},
    "team": {"id": "T1", "name": "宣讲团"},
    "membership": {"id": "B1", "member": "M1", "team": "T1", "span": {"first": "2021-03-01"}},
    "programme": {"id": "P1", "title": "红色讲堂", "code": "red-lectures"},
    "participation": {"id": "Q1", "programme": "P1", "member": "M1", "first": "2021-03-01"},
    "pairing": {"id": "R1", "scheme": "befriending", "supporter": "M1", "recipient": "M2"},
    "profile": {"id": "M1"},
    "contact": {
        "id": "C1", "pairing": "R1", "supporter": "M1", "recipient": "M2", "on": "2021-07-02",
        "medium": "visit", "outcome": "made", "by": "M1",
    },
    "activity": {"id": "K1", "kind": "class", "title": "书法班"},
    "occurrence": {
        "id": "E1", "activity": "K1", "kind": "class", "title": "书法班", "planned": "2021-07-02",
        "day": "2021-07-02",
    },
    "attendance": {
        "id": "N1", "occurrence": "E1", "activity": "K1", "kind": "class", "day": "2021-07-02",
        "member": "M1", "status": "signed-up",
    },
    "availability": {"id": "VA1", "member": "M1", "span": {"first": "2021-07-01"}},
    "leave": {"id": "VL1", "member": "M1", "span": {"first": "2021-07-05"}},
    "wish": {"id": "VW1", "member": "M1", "span": {"first": "2021-07-01"}, "wanted": False},
    "rota": {
        "id": "RO1", "station": "S1", "first": "2021-07-01", "last": "2021-07-31", "drafted_on": "2021-06-20",
    },
    "swap": {
        "id": "SW1", "duty": "D1", "station": "S1", "day": "2021-07-02", "giver": "M1",
        "asked_at": "2021-07-01T01:00:00Z",
    },
    "ask": {
        "id": "AK1", "shift": "F1", "station": "S1", "day": "2021-07-02", "member": "M2",
        "asked_at": "2021-07-01T01:00:00Z",
    },
    "standby": {
        "id": "SB1", "shift": "F1", "station": "S1", "day": "2021-07-02", "member": "M2", "kind": "waiting",
    },
    "feed": {"id": "FD1", "digest": "0c" * 32, "member": "M1"},
    "shift": {"id": "F1", "station": "S1", "day": "2021-07-02", "starts": "08:30:00", "ends": "11:30:00"},
    "duty": {"id": "D1", "shift": "F1", "station": "S1", "day": "2021-07-02", "member": "M1"},
    "concern": {
        "id": "V1", "station": "S1", "taken_on": "2021-07-02", "text": "路灯不亮", "channel": "in-person",
    },
    "meeting": {"id": "G1", "station": "S1", "day": "2021-07-03"},
    "intervention": {
        "id": "I1", "kind": "illegal-parking", "station": "S1", "day": "2021-07-02", "outcome": "stopped",
    },
    "campaign": {"id": "X1", "title": "我为社区献一策", "opened": "2021-04-01"},
    "submission": {"id": "U1", "campaign": "X1", "member": "M1", "on": "2021-04-20"},
    "award": {"id": "W1", "honour": "fifty-years", "member": "M1", "reference": "2021-07-01"},
    "intake": {
        "id": "Y1", "file": "花名册.xlsx", "digest": "ab" * 32, "begun": "2021-07-02T01:00:00Z", "rows": 3,
    },
    "row": {
        "id": "Z1", "intake": "Y1", "form": "members", "file": "花名册.xlsx", "sheet": "Sheet1", "number": 3,
        "digest": "cd" * 16, "status": "taken",
    },
    "seal": {
        "id": "0000000001", "number": 1, "first": 1, "last": 40, "hash": "ef" * 32,
        "sealed_at": "2021-07-02T10:00:00Z",
    },
    "reach": {"id": "M1"},
    "notice_text": {
        "id": "duty-reminder.short.zh", "key": "duty-reminder", "variant": "short", "language": "zh",
        "text": "${day}值班",
    },
    "callout": {
        "id": "J1", "station": "S1", "what": "搬沙袋", "starts": "2021-07-02T12:00:00Z", "needed": 6,
    },
    "callout_answer": {
        "id": "J1-M1", "callout": "J1", "member": "M1", "station": "S1", "said": "yes",
    },
    "tie": {"id": "J1", "one": "M1", "other": "M2", "kind": "guardian", "span": {"first": "2021-03-01"}},
    "screening": {"id": "L1", "member": "M1", "on": "2021-03-01", "result": "clear"},
    "grant": {
        "id": "GR1", "by": "lead:li", "member": "M1", "reason": "fall", "words": "不开门",
        "told": ["steward:office"], "opened": "2021-07-02T01:00:00Z", "until": "2021-07-02T02:00:00Z",
    },
    "access": {
        "id": "AC1", "by": "lead:li", "at": "2021-07-02T01:00:00Z", "purpose": "work", "ground": "minor",
    },
    "consent": {
        "id": "CO1", "member": "M1", "purpose": "publish", "text": "publish-1", "version": "1",
        "fingerprint": "ab" * 32, "given": "2021-07-02", "way": "in-person",
    },
    "request": {"id": "RQ1", "member": "M1", "kind": "copy", "on": "2021-07-02"},
    "restriction": {"id": "RS1", "member": "M1", "since": "2021-07-02", "reason": "asked"},
    "hold": {"id": "HO1", "member": "M1", "since": "2021-07-02", "reason": "court"},
    "call": {"id": "N1", "medium": "phone", "text": "明天九点值班。", "asked_at": "2021-07-02T01:00:00Z"},
    "parcel": {"id": "N1", "key": "duty", "queued_at": "2021-07-02T01:00:00Z"},
    "channel": {"id": "sms"},
    "cursor": {"id": "journal"},
}  # fmt: skip

FULL: dict[str, dict[str, Any]] = {
    "network": {
        "name": "灵溪网络", "name_en": "Lingxi network", "template": "network-1-3-n",
        "packs": ["cn-national", "policy", "district"], "reference_day": "2021-12-31",
    },
    "pack": {"version": "2.1", "text": "[pack]\nname = \"district\"\n"},
    "member": {
        "status": "deceased", "also_known": ["卯爷爷", "老卯"], "sex": "male",
        "born": {"date": "1940-07", "source": "personnel-file"},
        "told_ages": [{"years": 81, "on": "2021-07-02"}], "id_number": "110105194912310021",
        "phone": "13800000001", "address": "东门1号", "volunteer_number": "V-7", "affiliation": "full",
        "joined_party": {"date": "1966"}, "full_member": {"date": "1967-07-01", "source": "told"},
        "background": "worker", "retirement": "veteran", "war_veteran": True, "skills": ["书法", "调解"],
        "limits": ["standing", "heat"], "health_note": "慢走", "living": "alone",
        "categories": ["volunteer", "recipient"], "station": "S1", "joined": "2019-05",
        "left": "2021-01-01", "died": "2021-11-05", "merged_into": "M9", "remark": "多才多艺",
    },
    "history": {
        "general": {"skills": "[]"},
        "identity": {"name": "\"卯爷爷\""},
        "contact": {"phone": "null"},
        "health": {"limits": "[\"stairs\"]"},
        "household": {"living": "\"alone\""},
        "case": {"remark": "\"夜里打过电话\""},
        "minor": {"name": "\"小禾\""},
    },
    "role": {
        "aliases": ["调解员"], "duties_zh": "化解邻里纠纷", "duties_en": "settles quarrels",
        "quotas": [
            {"unit": "network", "minimum": 1}, {"unit": "S1", "minimum": 1, "target": 2, "maximum": 3},
        ],
        "demands": ["hearing"], "term_months": 36, "status": "retired",
    },
    "appointment": {
        "span": {"first": "2021-03-01", "last": "2024-02-29"}, "station": "S1", "body": "O1", "acting": True,
        "route": "elected", "extended": ["2023-02-28"], "end_reason": "moved", "despite": "steward-li",
    },
    "station": {
        "name_en": "Lingxi", "aliases": ["灵溪驿站"], "theme": "opera", "functions": ["learning", "health"],
        "parent": "S0", "community": "O1", "required_roles": ["community-mediator"], "opened": "2019-01-01",
        "closed": "2021-06-30", "status": "closed", "joined_to": "S2",
    },
    "organization": {"name_en": "Lingxi community", "aliases": ["灵溪"], "parent": "O0", "status": "closed"},
    "team": {
        "name_en": "Speakers", "aliases": ["宣讲队"], "parent": "T0", "station": "S1",
        "founded": "2019-05-04", "status": "disbanded",
    },
    "membership": {
        "span": {"first": "2021-03-01", "last": "2021-12-31"}, "oath_on": "2021-07-01", "station": "S1",
    },
    "programme": {"title_en": "Lectures", "aliases": ["讲堂"], "station": "S1"},
    "participation": {"last": "2021-12-31", "station": "S1"},
    "pairing": {
        "station": "S1", "status": "ended", "started": "2021-03-01",
        "pauses": [{"first": "2021-04-01", "last": "2021-04-30"}], "ended": "2021-12-01",
        "end_reason": "planned", "despite": "steward-li", "agreed": ["M1", "M2"],
        "trial_until": "2021-03-31", "succeeds": "R0",
        "reviews": [{"on": "2021-03-31", "outcome": "goes-on", "again": "2021-09-30"}],
    },
    "profile": {
        "offering": True, "seeking": True, "room": 3, "languages": ["湘语"], "compound": "O2",
        "walks": [{"compound": "O3", "minutes": 12}], "wants_sex": "female", "needs": ["急救"],
        "interests": ["象棋"], "apart": ["M9"],
    },
    "contact": {"station": "S1", "medium": "phone", "minutes": 20, "note": "没有接", "present": ["M3"]},
    "activity": {
        "title_en": "Calligraphy", "station": "S1", "team": "T1",
        "recurrence": {"weekdays": ["monday", "friday"], "every": 2, "since": "2021-03-01"},
        "starts": "09:00:00", "minutes": 90, "monthly_target": 2, "capacity": 20, "topics": ["brush"],
        "status": "ended",
    },
    "occurrence": {
        "station": "S1", "team": "T1", "number": 2, "day": "2021-07-03", "starts": "09:00:00", "minutes": 90,
        "status": "held", "topic": "brush", "speakers": ["M1"], "venue": "O1",
        "headcounts": [{"category": "residents", "people": 12, "minors": False},
                       {"category": "students", "people": 3, "minors": True}],
        "materials": [{"item": "leaflet", "quantity": 40}],
    },
    "attendance": {
        "station": "S1", "team": "T1", "status": "attended", "arrived": "09:00:00", "left": "10:30:00",
        "evidence": "check-in", "despite": "steward-li",
    },
    "shift": {
        "minimum": 2, "role": "community-mediator", "status": "logged",
        "entries": [{"text": "路灯不亮", "at": "09:10:00"}, {"text": "来问养老金"}], "handover": "钥匙在抽屉",
        "weather": "rain", "logged_by": "M1", "logged_on": "2021-07-02", "reason": "wrong-day",
        "maximum": 3, "needs": [{"skill": "急救", "least": 2}], "outdoor": True, "minors": True,
    },
    "feed": {"status": "revoked"},
    "availability": {
        "span": {"first": "2021-07-01", "last": "2021-12-31"},
        "windows": [{"weekday": "monday", "starts": "08:00:00", "ends": "12:00:00"}], "stations": ["S1"],
        "most_per_week": 2, "most_per_month": 6, "willing": ["night"], "beside": ["M2"], "apart": ["M3"],
        "status": "withdrawn",
    },
    "leave": {"span": {"first": "2021-07-05", "last": "2021-07-09"}, "status": "withdrawn"},
    "wish": {
        "span": {"first": "2021-07-01", "last": "2021-07-31"}, "wanted": True, "weekdays": ["sunday"],
        "weight": 3, "status": "withdrawn",
    },
    "rota": {
        "lines": [{"shift": "F1", "member": "M1"}], "status": "withdrawn", "planner": "optimal",
        "answer": "proven", "goals": [{"name": "cover", "value": 1, "bound": 1}],
        "published_on": "2021-06-24", "reason": "new-plan",
    },
    "swap": {"to": "M2", "wanted": "D2", "status": "done", "taker": "M2"},
    "ask": {"duty": "D1", "status": "yes", "answered_at": "2021-07-01T02:00:00Z"},
    "standby": {"status": "called-up"},
    "duty": {
        "status": "done", "arrived": "2021-07-02T00:30:00Z", "left": "2021-07-02T03:30:00Z",
        "notice_at": "2021-07-01T12:00:00Z", "reason": "ill", "covers": "M2", "despite": "steward-li",
        "answered_at": "2021-06-30T01:00:00Z", "sick": True,
    },
    "concern": {
        "number": "2021-001", "taken_by": "M1", "shift": "F1", "channel": "phone", "raiser_name": "居民乙",
        "raiser_phone": "13800000002", "raiser_member": "M2", "compound": "O2", "kind": "complaint",
        "category": "lighting", "status": "closed", "outcome": "resolved", "decided_on": "2021-07-10",
        "due": "2021-07-12", "extended": ["2021-07-08"], "owner": "M1", "unit": "O3",
        "tabled": [{"meeting": "G1", "on": "2021-07-03"}],
        "replies": [{"on": "2021-07-11", "medium": "phone", "text": "已修好"}], "closed_on": "2021-07-15",
        "rating": "content",
    },
    "meeting": {
        "status": "held", "attendees": ["M1", "M2"],
        "agenda": [
            {"concern": "V1", "decision": "solve", "owner": "M1", "due": "2021-07-12", "note": "找电工"},
        ],
        "minutes": "议一件", "reason": "late",
    },
    "intervention": {
        "at": "17:20:00", "place": "东门", "incidents": 3, "by": ["M1"], "role": "community-mediator",
        "also_under": ["civility-adviser"], "note": "三辆车",
    },
    "campaign": {"title_en": "Advice", "aliases": ["献策"], "called_by": "O1", "closed": "2021-05-31"},
    "submission": {
        "pages": 12,
        "items": [{"number": 1, "text": "修亭子", "replies": [
            {"on": "2021-06-01", "outcome": "adopted", "by": "O3", "text": "已列入计划"}]}],
    },
    "award": {
        "station": "S1", "status": "awarded", "awarded_on": "2021-07-01", "occasion": "E1",
        "checked_by": "steward:li",
    },
    "intake": {"done": 2, "status": "finished", "finished": "2021-07-02T01:05:00Z"},
    "row": {
        "status": "held-back", "made": ["member/M1"], "code": "name-form", "column": "name", "nth": 1,
        "mends": ["ab" * 16],
    },
    "seal": {"public_key": "0a" * 32, "signature": "0b" * 64},
    "reach": {
        "ways": [{"channel": "sms", "address": "14400000001", "topics": ["duty"]}], "quiet_from": "20:00:00",
        "quiet_until": "07:00:00", "digest_at": "07:30:00", "zone": "Europe/London", "language": "en",
        "refused": ["activity"],
        "copies": [{"member": "M2", "kinship": "child", "topics": ["duty"], "agreed": "2021-07-02"}],
    },
    "notice_text": {},
    "callout": {
        "place": "老码头", "skills": ["first-aid"], "demands": ["lifting"], "ring": "around",
        "compound": "O1", "within_minutes": 15, "asked": ["M1", "M2"], "status": "called-off",
        "reason": "rain-over",
    },
    "callout_answer": {"spare": True},
    "tie": {"span": {"first": "2021-03-01", "last": "2021-12-31"}},
    "screening": {"source": "police-query", "station": "S1"},
    "grant": {
        "seen": ["steward:office"], "told": ["steward:office", "clerk:wang"],
        "closed": "2021-07-02T01:30:00Z",
    },
    "access": {
        "people": ["M1"], "records": ["member/M1"], "grant": "GR1", "sheet": "7", "ground": "emergency",
    },
    "consent": {
        "way": "paper", "by": "M2", "sheet": "12", "withdrawn": "2021-08-01", "withdrawn_way": "phone",
        "withdrawn_by": "M2", "withdrawn_sheet": "13",
    },
    "request": {
        "standing": "relative", "by": "M2", "due": "2021-08-01", "status": "refused",
        "answered": "2021-07-20", "reason": "kept-by-law", "words": "想看看",
    },
    "restriction": {"purposes": ["work"], "lifted": "2021-08-01"},
    "hold": {"lifted": "2021-08-01"},
    "call": {
        "medium": "paper", "member": "M1", "station": "S1", "address": "一号楼公告栏", "title": "值班",
        "key": "digest", "values": '{"lines":["[]"]}', "language": "en", "about": ["duty/D1"],
        "collapse": "duty/D1", "urgent": True,
        "expires": "2021-07-03T01:00:00Z", "by": "M2", "state": "posted", "tries": 2, "on": "2021-07-02",
        "because": "no-address",
    },
    "parcel": {
        "to": "M1", "about": ["duty/D1"], "values": '{"day":"2021-07-03"}',
        "routes": [{"channel": "sms", "address": "14400000001"}], "language": "en", "urgency": "urgent",
        "collapse": "duty/D1", "not_before": "2021-07-02T02:00:00Z", "expires": "2021-07-03T01:00:00Z",
        "doubt": "hold", "state": "leased", "way": 1, "attempts": 2, "due": "2021-07-02T03:00:00Z",
        "holder": "W1", "until": "2021-07-02T03:01:00Z", "reason": "busy", "doubts": 1,
        "recalled": "called-off", "sent_at": "2021-07-02T03:00:01Z", "sent_by": "sms", "reference": "7",
        "hangs": 1,
    },
    "channel": {
        "recent": [1625187600000], "failing": ["N1"], "trips": 2, "rests_until": "2021-07-02T03:00:00Z",
    },
    "cursor": {"position": 40},
}  # fmt: skip


def means(value: Any) -> Any:
    """Every field of a value as plain data, those that equal their default as well."""
    if attrs.has(type(value)) and not isinstance(unstructure(value), str):
        return {field.name: means(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, tuple):
        return [means(one) for one in value]
    return unstructure(value)


def make(folder: Path) -> list[Path]:
    """Write the samples that do not stand yet; gives those that were written."""
    kinds = Kinds((*standard_kinds(), *outbox_kinds()))
    codec = Codec(kinds)
    written = []
    for spec in kinds:
        for name, fields in (("least", {}), ("full", FULL[spec.name])):
            path = folder / f"{spec.name}-{spec.version}-{name}.json"
            if path.exists():
                continue
            record = structure({**LEAST[spec.name], **fields}, spec.record)
            body = json.loads(codec.encode(spec, record, SALT, {}))
            told = {"body": body, "means": means(record)}
            path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    for one in make(HERE):
        print(one.name)
