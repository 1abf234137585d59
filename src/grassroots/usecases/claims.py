"""Claims at a desk: published statements, each held against figures and the records behind them."""

from __future__ import annotations

from typing import final

import attrs

from grassroots.domain.claim import Check, Claim, Claims, parse_claims
from grassroots.domain.figure import Mean, agrees, plain
from grassroots.locale import LANGUAGES, say
from grassroots.usecases.choices import labels, labels_of
from grassroots.usecases.figures import Evidence, Figure, Figures
from grassroots.workspace.acts import Room
from grassroots.workspace.kindspec import IdOf
from grassroots.workspace.reading import Reading

JsonValue = int | float | str | None


@final
@attrs.frozen(kw_only=True)
class CheckResult:
    """One check: the figures that were computed for it, what they say, and whether that agrees.

    ``title_zh`` and ``title_en`` say what was counted: the figures' titles, in brackets what narrows them.
    ``rounded`` is the whole number that stands for a mean when it is compared.
    """

    check: Check
    figures: tuple[Figure, ...]
    computed: JsonValue
    expected: str
    holds: bool
    title_zh: str = ""
    title_en: str = ""
    rounded: int | None = None

    def title(self, language: str) -> str:
        """What was counted, in a language."""
        return self.title_zh if language == "zh" else self.title_en


@final
@attrs.frozen(kw_only=True)
class ClaimResult:
    """One statement, computed. ``records`` is how many different records stand behind it."""

    claim: Claim
    checks: tuple[CheckResult, ...]
    records: int

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(one.holds for one in self.checks)

    @property
    def computed(self) -> JsonValue | list[JsonValue]:
        """What was computed: one value, or a list of them."""
        values = [one.computed for one in self.checks]
        return values[0] if len(values) == 1 else values

    def evidence(self) -> list[Evidence]:
        """All records behind the statement, each once."""
        return _together([figure for one in self.checks for figure in one.figures])


@final
class ClaimsRoom(Room):
    """The room ``desk.claims``."""

    def hold(self, claims: Claims | str) -> list[ClaimResult]:
        """Hold every claim (or the text of a claims file) against the records."""
        asked = parse_claims(claims) if isinstance(claims, str) else claims
        figures = Figures(self._seat)
        computed: list[Figure] = []
        found = []
        for claim in asked.claims:
            results = tuple(
                self._titled(self._check(figures, asked, check, computed)) for check in claim.checks
            )
            records = len(_records([figure for one in results for figure in one.figures]))
            found.append(ClaimResult(claim=claim, checks=results, records=records))
        return found

    def _check(self, figures: Figures, claims: Claims, check: Check, so_far: list[Figure]) -> CheckResult:
        if check.evidence:
            return _all_bear_out(check, tuple(so_far))
        names = check.agree or (str(check.figure),)
        found = tuple(_compute(figures, claims, name, check) for name in names)
        so_far.extend(found)
        if check.agree:
            values = {plain(figure.value) for figure in found}
            shown = " = ".join(str(plain(figure.value)) for figure in found)
            return CheckResult(
                check=check, figures=found, computed=shown, expected="=", holds=len(values) == 1
            )
        return _agreement(check, found[0])

    def _titled(self, result: CheckResult) -> CheckResult:
        """The same with what was counted, in words."""
        if result.check.evidence:
            zh, en = (say("claim-evidence", language=language) for language in LANGUAGES)
        else:
            reading = Reading(self._seat)
            zh, en = (_title(reading, result, language) for language in LANGUAGES)
        return attrs.evolve(result, title_zh=zh, title_en=en)


def _title(reading: Reading, result: CheckResult, language: str) -> str:
    check = result.check
    first = result.figures[0]
    counted = first
    while counted.definition.kind is None and counted.parts:
        counted = counted.parts[0]
    narrowed = []
    if check.place is not None:
        narrowed.append(labels_of(reading, IdOf("station"), language).get(check.place, check.place))
    for key, value in check.where.items() if counted.definition.kind else ():
        known = labels(reading, counted.definition.kind or "", key, language)
        values = value if isinstance(value, list) else [value]
        # Only what comes from a closed set: a condition may hold a name, and the page may hang on a wall.
        narrowed.extend(known[one] for one in values if isinstance(one, str) and one in known)
    titles = " = ".join(dict.fromkeys(figure.definition.title(language) for figure in result.figures))
    if not narrowed:
        return titles
    return f"{titles}（{'、'.join(narrowed)}）" if language == "zh" else f"{titles} ({', '.join(narrowed)})"


def _compute(figures: Figures, claims: Claims, name: str, check: Check) -> Figure:
    return figures.compute(
        name,
        period=check.during(claims.period),
        place=check.place,
        where=check.where,
        extra=claims.figures,
    )


def _agreement(check: Check, figure: Figure) -> CheckResult:
    holds = check.expect is None or agrees(figure.value, check.expect)
    missing = tuple(one for one in check.contains if one not in figure.groups)
    return CheckResult(
        check=check,
        figures=(figure,),
        computed=plain(figure.value),
        rounded=figure.value.rounded() if isinstance(figure.value, Mean) else None,
        expected=check.expect or "⊇ " + ", ".join(check.contains),
        holds=holds and not missing,
    )


def _all_bear_out(check: Check, figures: tuple[Figure, ...]) -> CheckResult:
    """Every figure can list the records behind it and says from when to when it counts."""
    wanting = [figure.id for figure in figures if not figure.bears_out()]
    return CheckResult(
        check=check,
        figures=figures,
        computed=f"{len(figures) - len(wanting)}/{len(figures)}",
        expected=f"{len(figures)}/{len(figures)}",
        holds=not wanting and bool(figures),
    )


def _records(figures: list[Figure]) -> set[tuple[str, str]]:
    """The records behind several figures, each once: how many is told also to whoever may not list them."""
    return {(one.kind, one.id) for figure in figures for one in figure.each(shown=False)}


def _together(figures: list[Figure]) -> list[Evidence]:
    found: dict[tuple[str, str], Evidence] = {}
    for figure in figures:
        for one in figure.evidence():
            found.setdefault((one.kind, one.id), one)
    return list(found.values())
