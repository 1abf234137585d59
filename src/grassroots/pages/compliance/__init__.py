"""The pages that an office owes: processing record, impact assessment, minors' audit, access report, a
person's file.

Everything in them comes from records and packs; the words stand in locale/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grassroots.contracts.policy import Posture
from grassroots.pages.compliance.person import plain_person_file, render_person_file
from grassroots.pages.compliance.words import Words
from grassroots.pages.document import Document, Section, render_document
from grassroots.usecases.access import AccessReport
from grassroots.usecases.compliance import ImpactAssessment, MinorsAudit, ProcessingRecord

__all__ = [
    "plain_person_file",
    "render_access_report",
    "render_impact_assessment",
    "render_minors_audit",
    "render_person_file",
    "render_processing_record",
]

MOST_ROWS = 500
"""How many looks a page lists before it says how many more there are; the JSON has all of them."""


# -- what is processed ------------------------------------------------------------------------------------
def render_processing_record(record: ProcessingRecord, language: str = "zh") -> str:
    """The processing record as a page."""
    w = Words(language)
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


def _processing(w: Words, record: ProcessingRecord) -> list[Section]:
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


def _postures(w: Words, postures: Iterable[Posture]) -> str:
    return w.listed(w.label("posture", one.value) for one in postures)


def _packs(w: Words, record: ProcessingRecord) -> Section:
    rows = [(one.title.of(w.language), one.name, one.version) for one in record.packs]
    return Section(title=w("page-packs"), head=w.heads("pack", "code", "version"), rows=rows)


# -- the assessment ---------------------------------------------------------------------------------------
_FOR_PENS = ("necessity", "influence", "risks", "measures", "disclosure", "conclusion", "signed")


def render_impact_assessment(form: ImpactAssessment, language: str = "zh") -> str:
    """The form of an impact assessment: what the network knows is in it, the rest is for pens."""
    w = Words(language)
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
    w = Words(language)
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


def _looks(w: Words, report: AccessReport) -> Section:
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
    w = Words(language)
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
