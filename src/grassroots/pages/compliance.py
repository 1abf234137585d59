"""The pages that an office owes: processing record, impact assessment, minors' audit, access report, a
person's file.

Everything in them comes from records and packs; the words stand in locale/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from grassroots.contracts.policy import Posture
from grassroots.domain.history import History
from grassroots.locale import label, say
from grassroots.pages.document import Document, Section, render_document
from grassroots.usecases.access import AccessReport
from grassroots.usecases.compliance import ImpactAssessment, MinorsAudit, ProcessingRecord
from grassroots.usecases.rights import Kept, PersonFile

MOST_ROWS = 500
"""How many looks a page lists before it says how many more there are; the JSON has all of them."""


class _Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, code: str, **facts: object) -> str:
        return say(code, facts, self.language)

    def label(self, group: str, code: str) -> str:
        return label(group, code, self.language)

    def listed(self, words: Iterable[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(words) or self("page-nothing")

    def heads(self, *codes: str) -> list[str]:
        return [self(f"page-head-{code}") for code in codes]

    def actor(self, name: str) -> str:
        """An actor of the trail ("steward:office") in words; whatever is no such name stays."""
        posture, colon, who = name.partition(":")
        known = self.label("posture", posture)
        return f"{known} {who}" if colon and known != posture else name

    def reason(self, code: str, kind: str = "") -> str:
        """A reason that stands as a short code, where the catalogue knows it; else as the office wrote it."""
        return self.first(code, f"{kind}-reason", "reason-code", "parcel-reason")

    def first(self, code: str, *groups: str) -> str:
        """The label of a code in the first of these groups that has one."""
        return next((found for group in groups if (found := self.label(group, code)) != code), code)

    def moment(self, moment: datetime) -> str:
        return f"{moment:%Y-%m-%d %H:%M}"

    def made(self, moment: datetime) -> str:
        return self("page-made", moment=self.moment(moment))

    def yes(self, yes: bool) -> str:
        return self("page-yes" if yes else "page-no")


# -- what is processed ------------------------------------------------------------------------------------
def render_processing_record(record: ProcessingRecord, language: str = "zh") -> str:
    """The processing record as a page."""
    w = _Words(language)
    return render_document(
        Document(
            title=w("page-processing-title"),
            network=record.network.of(language),
            language=language,
            lead=(w("page-processing-lead"),),
            made=w.made(record.made),
            sections=(*_processing(w, record), _packs(w, record)),
        )
    )


def _processing(w: _Words, record: ProcessingRecord) -> list[Section]:
    purposes = [
        (
            one.title.of(w.language),
            w.label("basis", one.basis.value),
            w("page-not-needed") if one.consents is None else str(one.consents),
        )
        for one in record.purposes
    ]
    kinds, readers = [], []
    for one in record.kinds:
        kind = w.label("kind", one.kind)
        kinds.append(
            (
                kind,
                str(one.records),
                w.listed(w.label("field-group", group.value) for group in one.groups),
                w.listed(
                    w("page-kept", fate=w.label("fate", rule.fate.value), months=rule.months)
                    for rule in one.rules
                ),
            )
        )
        for group in one.groups:
            tied = [who for who in one.readers[group] if who not in one.open_to[group]]
            readers.append(
                (
                    f"{kind}: {w.label('field-group', group.value)}",
                    _postures(w, one.open_to[group]),
                    _postures(w, tied),
                )
            )
    measures = [
        w("page-measure-sealed", yes=w.yes(record.sealed)),
        w("page-measure-looks", yes=w.yes(record.looks_remembered)),
        w("page-measure-policy"),
    ]
    return [
        Section(title=w("page-purposes"), head=w.heads("purpose", "basis", "consents"), rows=purposes),
        Section(title=w("page-kinds"), head=w.heads("kind", "records", "groups", "kept"), rows=kinds),
        Section(title=w("page-readers"), head=w.heads("group", "open-to", "tied"), rows=readers),
        Section(title=w("page-measures"), notes=measures),
    ]


def _postures(w: _Words, postures: Iterable[Posture]) -> str:
    return w.listed(w.label("posture", one.value) for one in postures)


def _packs(w: _Words, record: ProcessingRecord) -> Section:
    rows = [(one.title.of(w.language), one.name, one.version) for one in record.packs]
    return Section(title=w("page-packs"), head=w.heads("pack", "code", "version"), rows=rows)


# -- the assessment ---------------------------------------------------------------------------------------
_FOR_PENS = ("necessity", "influence", "risks", "measures", "disclosure", "conclusion", "signed")


def render_impact_assessment(form: ImpactAssessment, language: str = "zh") -> str:
    """The form of an impact assessment: what the network knows is in it, the rest is for pens."""
    w = _Words(language)
    numbers = [
        (w("page-people"), str(form.people)),
        (w("page-children", age=form.youngest_guarded), str(form.children)),
        (w("page-holds"), str(form.holds)),
        (w("page-open-requests"), str(form.open_requests)),
    ]
    return render_document(
        Document(
            title=w("page-impact-title"),
            network=form.record.network.of(language),
            language=language,
            lead=(w("page-impact-lead"),),
            made=w.made(form.record.made),
            sections=(
                Section(title=w("page-numbers"), head=w.heads("what", "number"), rows=numbers),
                *_processing(w, form.record),
                Section(title=w("page-for-pens"), blanks=[w(f"page-pen-{one}") for one in _FOR_PENS]),
            ),
        )
    )


# -- children ---------------------------------------------------------------------------------------------
def render_minors_audit(audit: MinorsAudit, language: str = "zh") -> str:
    """The yearly audit of children's data. Children stand in it as ids and numbers, never by name."""
    w = _Words(language)
    bounds = list(audit.ages)
    ages = [
        (
            w("page-age-between", low=bounds[place - 1], age=age) if place else w("page-age-under", age=age),
            str(number),
        )
        for place, (age, number) in enumerate(audit.ages.items())
    ]
    found = [(w("page-without-guardian"), one) for one in audit.without_guardian]
    found += [(w("page-without-consent"), one) for one in audit.without_consent]
    by_actor = [(w.actor(name), str(number)) for name, number in _counted(audit.looks).items()]
    measures = [
        w("page-measure-looks", yes=w.yes(audit.looks_remembered)),
        w("page-emergency-looks", count=audit.emergency_looks),
    ]
    return render_document(
        Document(
            title=w("page-minors-title", year=audit.year),
            network=audit.network.of(language),
            language=language,
            lead=(w("page-minors-lead"),),
            made=w.made(audit.made),
            sections=(
                Section(title=w("page-head-counts"), head=w.heads("what", "number"), rows=ages),
                Section(
                    title=w("page-findings"),
                    head=w.heads("finding", "id"),
                    rows=found,
                    nothing=w("page-no-findings"),
                ),
                Section(
                    title=w("page-looks-by"),
                    notes=measures,
                    head=w.heads("who", "looks"),
                    rows=by_actor,
                    nothing=w("page-no-looks"),
                ),
                _looks(w, audit.looks),
                Section(title=w("page-for-pens"), blanks=[w("page-pen-conclusion"), w("page-pen-signed")]),
            ),
        )
    )


def _counted(report: AccessReport) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for one in report.accesses:
        found[one.by] = found.get(one.by, 0) + 1
    return dict(sorted(found.items()))


def _looks(w: _Words, report: AccessReport) -> Section:
    zone = report.made.tzinfo
    rows = [
        (
            w.moment(one.at.astimezone(zone)),
            w.actor(one.by),
            w.label("purpose", one.purpose),
            w.label("ground", one.ground.value),
            str(len(one.people)),
            str(len(one.records)),
        )
        for one in report.accesses[:MOST_ROWS]
    ]
    more = len(report.accesses) - len(rows)
    return Section(
        title=w("page-looks"),
        notes=[w("page-more", count=more)] if more else [],
        head=w.heads("when", "who", "purpose", "ground", "people", "records"),
        rows=rows,
        nothing=w("page-no-looks"),
    )


# -- access -----------------------------------------------------------------------------------------------
def render_access_report(report: AccessReport, network: str, language: str = "zh") -> str:
    """Who opened what, when and why: a page for a committee."""
    w = _Words(language)
    zone = report.made.tzinfo
    grants = [
        (
            w.moment(one.opened.astimezone(zone)),
            w.actor(one.by),
            report.names.get(one.member) or one.member,
            w("page-why", reason=w.reason(one.reason), words=one.words)
            if one.words
            else w.reason(one.reason),
            w.moment((one.closed or one.until).astimezone(zone)),
            w.listed(
                w(f"page-told-{'seen' if name in one.seen else 'unseen'}", name=w.actor(name))
                for name in one.told
            ),
        )
        for one in report.grants
    ]
    by_ground = [(w.label("ground", ground.value), str(n)) for ground, n in report.by_ground.items()]
    by_actor = [(w.actor(name), str(number)) for name, number in report.by_actor.items()]
    return render_document(
        Document(
            title=w("page-access-title", period=report.period.iso),
            network=network,
            language=language,
            lead=(w("page-access-lead"),),
            made=w.made(report.made),
            sections=(
                Section(
                    title=w("page-glass"),
                    head=w.heads("when", "who", "person", "why", "until", "told"),
                    rows=grants,
                    nothing=w("page-no-glass"),
                ),
                Section(title=w("page-by-ground"), head=w.heads("ground", "looks"), rows=by_ground,
                        nothing=w("page-no-looks")),
                Section(title=w("page-looks-by"), head=w.heads("who", "looks"), rows=by_actor,
                        nothing=w("page-no-looks")),
                _looks(w, report),
            ),
        )
    )  # fmt: skip


# -- a person ---------------------------------------------------------------------------------------------
def render_person_file(file: PersonFile, network: str, language: str = "zh") -> str:
    """Everything that is kept about one person, for them to read and take along."""
    w = _Words(language)
    zone = file.made.tzinfo
    by_kind: dict[str, list[Kept]] = {}
    for one in file.records:
        by_kind.setdefault(one.kind, []).append(one)
    purposes = [
        (w.label("purpose", id_), w.label("basis", basis.value)) for id_, basis in file.purposes.items()
    ]
    return render_document(
        Document(
            title=w("page-person-title", name=file.member.name),
            network=network,
            language=language,
            lead=(w("page-person-lead"),),
            made=w.made(file.made),
            sections=(
                *(
                    Section(
                        title=w.label("kind", kind),
                        head=w.heads("what", "value"),
                        rows=[row for one in kept for row in _told(w, file, one)],
                    )
                    for kind, kept in by_kind.items()
                ),
                Section(
                    title=w("page-former"),
                    head=w.heads("when", "what", "value"),
                    rows=[
                        (w.moment(one.at.astimezone(zone)), w.label("field", name), value)
                        for one in file.history
                        for name, value in _told_before(w, file, one)
                    ],
                    nothing=w("page-no-former"),
                ),
                Section(
                    title=w("page-who-looked"),
                    head=w.heads("what", "value"),
                    rows=[row for one in file.looks for row in _told(w, file, one)],
                    nothing=w("page-no-looks"),
                ),
                Section(title=w("page-purposes"), head=w.heads("purpose", "basis"), rows=purposes),
                Section(title=w("page-your-rights"), notes=[w("page-rights-told")]),
            ),
        )
    )  # fmt: skip


def _told(w: _Words, file: PersonFile, one: Kept) -> Iterable[tuple[str, str]]:
    yield w("page-number", number=one.id), ""
    for name, value in one.fields.items():
        words = file.words.get((one.kind, name, value)) if isinstance(value, str) else None
        if words is not None:
            yield w.label("field", name), _state(w, one.kind, words.of(w.language))
        else:
            yield w.label("field", name), _value(w, file, value, one.kind, name)


def _told_before(w: _Words, file: PersonFile, one: History) -> Iterable[tuple[str, str]]:
    kind, _, _ = one.about.partition("/")
    for name, value in _former(one.former).items():
        yield name, _value(w, file, value, kind, name)


def _state(w: _Words, kind: str, word: str) -> str:
    """The word of a code; what the catalogue knows as a state of this kind only, by that."""
    return w.first(word, f"{kind}-status", "state")


def _value(w: _Words, file: PersonFile, value: Any, kind: str, path: str) -> str:
    """A value in words; ``path`` names its field, and those in which it is (``born.source``)."""
    if isinstance(value, bool):
        return w.yes(value)
    if isinstance(value, str):
        return _word(w, file, value, kind, path)
    if isinstance(value, (list, tuple)):
        return w.listed(_value(w, file, item, kind, path) for item in value)
    if isinstance(value, Mapping):
        return w.listed(
            w("page-part", field=w.label("field", name), value=_value(w, file, item, kind, f"{path}.{name}"))
            for name, item in value.items()
        )
    return w("page-nothing") if value is None else str(value)


_OTHER_GROUPS: Final = {
    "call.key": "notice-key",
    "call.language": "language",
    "screening.source": "screening-source",
    "categories": "category",
    "category": "head-count",
    "family": "role-family",
    "goals": "goal",
    "purpose": "purpose",
    "purposes": "purpose",
}
"""Of fields whose codes are no enum: they are told by packs and charters. Of one kind, or of all."""


def _group(file: PersonFile, kind: str, path: str) -> str | None:
    field = path.rpartition(".")[2]
    known = file.groups.get(kind, {}).get(path)
    return known or _OTHER_GROUPS.get(f"{kind}.{path}") or _OTHER_GROUPS.get(field)


def _word(w: _Words, file: PersonFile, value: str, kind: str, path: str) -> str:
    if value == file.member.id or value in file.names:
        return file.names.get(value) or file.member.name
    field = path.rpartition(".")[2]
    if (group := _group(file, kind, path)) is not None:
        return w.first(value, group, f"{kind}-status", "state")
    if field == "reason" or field.endswith("_reason"):
        return w.reason(value, kind)
    about, slash, id_ = value.partition("/")
    if slash and about in file.groups:
        return f"{w.label('kind', about)} {id_}"
    return w.actor(value)


def plain_person_file(file: PersonFile) -> dict[str, Any]:
    """The same file for a program: codes stay codes, others stand with masked names."""
    return {
        "id": file.member.id,
        "made": file.made.isoformat(),
        "records": [{"kind": one.kind, "id": one.id, **one.fields} for one in file.records],
        "former": [
            {"about": one.about, "at": one.at.isoformat(), "fields": _former(one.former)}
            for one in file.history
        ],
        "looks": [{"kind": one.kind, "id": one.id, **one.fields} for one in file.looks],
        "others": dict(file.names),
        "purposes": {id_: basis.value for id_, basis in file.purposes.items()},
    }  # fmt: skip


def _former(told: Mapping[str, str]) -> dict[str, Any]:
    return {name: json.loads(value) for name, value in told.items()}
