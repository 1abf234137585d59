"""The page with everything that is kept about one person: for them to read, in words and no codes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from grassroots.domain.history import History
from grassroots.pages.compliance.words import Words
from grassroots.pages.document import Document, Section, render_document
from grassroots.usecases.rights import Kept, PersonFile


def render_person_file(file: PersonFile, network: str, language: str = "zh") -> str:
    """Everything that is kept about one person, for them to read and take along."""
    w = Words(language)
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


def _told(w: Words, file: PersonFile, one: Kept) -> Iterable[tuple[str, str]]:
    yield w("page-number", number=one.id), ""
    for name, value in one.fields.items():
        words = file.words.get((one.kind, name, value)) if isinstance(value, str) else None
        if words is not None:
            yield w.label("field", name), _state(w, one.kind, words.of(w.language))
        else:
            yield w.label("field", name), _value(w, file, value, one.kind, name)


def _told_before(w: Words, file: PersonFile, one: History) -> Iterable[tuple[str, str]]:
    kind, _, _ = one.about.partition("/")
    for name, value in _former(one.former).items():
        yield name, _value(w, file, value, kind, name)


def _state(w: Words, kind: str, word: str) -> str:
    """The word of a code; what the catalogue knows as a state of this kind only, by that."""
    return w.first(word, f"{kind}-status", "state")


def _value(w: Words, file: PersonFile, value: Any, kind: str, path: str) -> str:
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


def _word(w: Words, file: PersonFile, value: str, kind: str, path: str) -> str:
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
