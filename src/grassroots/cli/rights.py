"""``policy``, ``rights``, ``retention``, ``audit``, ``compliance``: people's data, who may see it, and how
long.

Pages are one HTML file each; ``--json`` tells the same to a program.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from grassroots.cli.opening import desk_of, period_of, tell_unkept, write_text
from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Command, Parser
from grassroots.cli.targets import check_target
from grassroots.errors import BadInput
from grassroots.values.ids import MemberId
from grassroots.workspace.ledger import unkept

if TYPE_CHECKING:
    from grassroots.desk import Desk


def _page(options: Namespace, output: Output, made: Callable[[], str], plain: dict[str, Any]) -> int:
    """Write a page if one is wanted, and tell a program the same."""
    output.give(plain)
    if options.out is not None:
        check_target(options, options.out, ".html", ".htm")
        write_text(options.out, made())
        output.say("cli-written", file=str(options.out))
    return DONE


def _out(parser: Parser) -> None:
    parser.take("--out", metavar="FILE.html", type=Path, told="out-page")
    parser.take("--force", action="store_true", told="force")


def _wanted(options: Namespace) -> None:
    if options.out is None and not options.json:
        raise BadInput("cli-out-wanted")


def _network(desk: Desk, language: str) -> str:
    charter = desk.charter.get()
    named = charter.name_en if language == "en" else charter.name
    return named or charter.name or desk.seat.office.network


# -- policy -----------------------------------------------------------------------------------------------
def _add_policy(parser: Parser) -> None:
    parser.take("action", choices=("show", "explain"), told="policy-action")
    parser.take("record", nargs="?", metavar="KIND/ID", told="policy-record")


def _policy(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        return _show(desk, output) if options.action == "show" else _explain(desk, options, output)


_COLUMNS = ("relation", "kind", "group", "action")


def _show(desk: Desk, output: Output) -> int:
    rows = desk.policy.rows()
    output.give({"rows": [{**attrs.asdict(row), "but_not": sorted(row.but_not)} for row in rows]})
    merged: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for row in rows:
        cells = merged.setdefault(
            (row.id, row.effect), {name: [] for name in ("relation", "kind", "group", "action")}
        )
        for name in cells:
            label = _label(output, name, str(getattr(row, name)))
            if label not in cells[name]:
                cells[name].append(label)
    output.table(
        ("row", "relation", "kind", "group", "action", "effect"),
        (
            (id_, *(cells[name] for name in _COLUMNS), output.label("effect", effect))
            for (id_, effect), cells in merged.items()
        ),
    )  # fmt: skip
    return DONE


def _label(output: Output, name: str, code: str) -> str:
    if code == "*":
        return output.word("cli-every")
    return output.label("field-group" if name == "group" else name, code)


def _explain(desk: Desk, options: Namespace, output: Output) -> int:
    kind, slash, id_ = (options.record or "").partition("/")
    if not slash:
        raise BadInput("cli-record", what=options.record or "")
    found = desk.policy.explain(kind, id_)
    output.give(
        {
            "kind": kind,
            "id": id_,
            "relations": found.relations,
            "groups": [
                {
                    "group": one.group,
                    "effect": one.effect,
                    "outside": one.outside,
                    "row": one.decision.row,
                    "relation": one.decision.relation,
                    "pack": one.decision.pack,
                    "version": one.decision.version,
                }
                for one in found.groups
            ],
        }
    )
    output.table(
        ("group", "effect", "because"),
        (
            (
                output.label("field-group", one.group),
                output.label("effect", one.effect),
                output.word("policy-outside")
                if one.outside
                else output.word(one.decision.code, attrs.asdict(one.decision)),
            )
            for one in found.groups
        ),
    )
    return DONE


# -- rights -----------------------------------------------------------------------------------------------
def _add_rights(parser: Parser) -> None:
    parser.take("action", choices=("about", "erase", "restrict", "hold", "requests"), told="rights-action")
    parser.take("member", nargs="?", metavar="ID", told="rights-member")
    parser.take("--reason", default="asked", told="rights-reason")
    _out(parser)


def _rights(options: Namespace, output: Output) -> int:
    if options.action != "requests" and options.member is None:
        raise BadInput("cli-rights-member", what=options.action)
    member = MemberId(options.member or "")
    with desk_of(options) as desk:
        match options.action:
            case "about":
                return _about(desk, member, options, output)
            case "requests":
                return _requests(desk, output)
            case "erase":
                touched = desk.rights.erase(member, reason=options.reason)
                output.give({"member": member, "records": touched})
                output.say("cli-erased", count=touched)
                _tell_unkept(desk, options)
            case "restrict":
                made = desk.rights.restrict(member, reason=options.reason)
                output.give({"restriction": made.id})
                output.say("cli-restricted", id=made.id)
            case "hold":
                held = desk.rights.hold(member, reason=options.reason)
                output.give({"hold": held.id})
                output.say("cli-held", id=held.id)
    return DONE


def _tell_unkept(desk: Desk, options: Namespace) -> None:
    """Whoever has just erased somebody has to know that a backup would bring them back."""
    office = desk.seat.office
    known = unkept(office.storage) if office.ledger is None else None
    if known is not None:
        tell_unkept(options, known)


def _about(desk: Desk, member: MemberId, options: Namespace, output: Output) -> int:
    from grassroots.pages.compliance import plain_person_file, render_person_file

    _wanted(options)
    file, network = desk.rights.about(member), _network(desk, output.language)
    return _page(
        options, output, lambda: render_person_file(file, network, output.language), plain_person_file(file)
    )


def _requests(desk: Desk, output: Output) -> int:
    found = desk.rights.requests()
    output.give(
        {"requests": [{"id": one.id, "kind": one.kind, "on": one.on, "due": one.due} for one in found]}
    )
    output.table(
        ("id", "kind", "day", "until"),
        ((one.id, output.label("request-kind", one.kind), one.on, one.due) for one in found),
    )
    return HELD_BACK if found else DONE


# -- retention --------------------------------------------------------------------------------------------
def _add_retention(parser: Parser) -> None:
    parser.take("action", choices=("plan", "apply"), told="retention-action")
    parser.take("plan", nargs="?", metavar="PLAN", told="retention-plan")


def _retention(options: Namespace, output: Output) -> int:
    with desk_of(options) as desk:
        plan = desk.retention.plan()
        counted: dict[tuple[str, str, str], int] = {}
        for one in plan.due:
            key = (one.rule, one.kind, one.fate.value)
            counted[key] = counted.get(key, 0) + 1
        lines = [{"rule": r, "kind": k, "fate": f, "records": n} for (r, k, f), n in counted.items()]
        answer = {"plan": plan.fingerprint, "on": plan.on, "held": plan.held, "due": lines}
        if options.action == "apply":
            if options.plan != plan.fingerprint:
                raise BadInput("cli-retention-plan", what=options.plan or "", plan=plan.fingerprint)
            touched = desk.retention.apply(plan)
            output.give({**answer, "records": touched})
            output.say("cli-erased", count=touched)
            return DONE
    output.give(answer)
    output.table(
        ("rule", "kind", "fate", "records"),
        (
            (rule, output.label("kind", kind), output.label("fate", fate), number)
            for (rule, kind, fate), number in counted.items()
        ),
    )  # fmt: skip
    output.say("cli-retention-planned", count=len(plan.due), held=plan.held, plan=plan.fingerprint)
    return DONE


# -- audit and compliance ---------------------------------------------------------------------------------
def _add_audit(parser: Parser) -> None:
    parser.take("what", choices=("minors", "access"), told="audit-what")
    parser.take("--year", type=int, told="audit-year")
    parser.take("--period", told="period")
    _out(parser)


def _audit(options: Namespace, output: Output) -> int:
    from grassroots.pages.compliance import render_access_report, render_minors_audit

    _wanted(options)
    with desk_of(options) as desk:
        if options.what == "minors":
            if options.year is None:
                raise BadInput("cli-year-wanted")
            audit = desk.compliance.minors(options.year)
            plain = {
                "year": audit.year,
                "ages": dict(audit.ages),
                "without_guardian": audit.without_guardian,
                "without_consent": audit.without_consent,
                "looks": [_plain_look(one) for one in audit.looks.accesses],
                "emergency_looks": audit.emergency_looks,
            }
            return _page(options, output, lambda: render_minors_audit(audit, output.language), plain)
        period = period_of(options)
        if period is None:
            raise BadInput("cli-period-wanted")
        report, network = desk.access.report(period), _network(desk, output.language)
        plain = {
            "period": period.iso,
            "by_actor": dict(report.by_actor),
            "by_ground": dict(report.by_ground),
            "looks": [_plain_look(one) for one in report.accesses],
            "grants": [
                {
                    "id": one.id,
                    "by": one.by,
                    "member": one.member,
                    "reason": one.reason,
                    "words": one.words,
                    "opened": one.opened,
                    "until": one.closed or one.until,
                    "told": one.told,
                    "seen": one.seen,
                }
                for one in report.grants
            ],
        }
        return _page(options, output, lambda: render_access_report(report, network, output.language), plain)


def _plain_look(one: Any) -> dict[str, Any]:
    return {
        "at": one.at,
        "by": one.by,
        "purpose": one.purpose,
        "ground": one.ground,
        "people": one.people,
        "records": one.records,
        "grant": one.grant,
    }


def _add_compliance(parser: Parser) -> None:
    parser.take("what", choices=("record", "assessment"), told="compliance-what")
    _out(parser)


def _compliance(options: Namespace, output: Output) -> int:
    from grassroots.pages.compliance import render_impact_assessment, render_processing_record

    _wanted(options)
    with desk_of(options) as desk:
        if options.what == "record":
            record = desk.compliance.processing_record()
            made: Callable[[], str] = lambda: render_processing_record(record, output.language)  # noqa: E731
            plain: dict[str, Any] = {}
        else:
            form = desk.compliance.impact_assessment()
            record = form.record
            made = lambda: render_impact_assessment(form, output.language)  # noqa: E731
            plain = {"people": form.people, "children": form.children, "holds": form.holds}
        plain |= {
            "purposes": [
                {"id": one.id, "basis": one.basis, "consents": one.consents} for one in record.purposes
            ],
            "kinds": [
                {
                    "kind": one.kind,
                    "records": one.records,
                    "groups": one.groups,
                    "rules": [rule.id for rule in one.rules],
                    "readers": {group.value: who for group, who in one.readers.items()},
                }
                for one in record.kinds
            ],
            "sealed": record.sealed,
        }
        return _page(options, output, made, plain)


COMMANDS: tuple[Command, ...] = (
    Command("policy", _add_policy, _policy),
    Command("rights", _add_rights, _rights),
    Command("retention", _add_retention, _retention),
    Command("audit", _add_audit, _audit),
    Command("compliance", _add_compliance, _compliance),
)
