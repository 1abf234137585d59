"""Setting a record right from a source that says it again, such as a sheet that was handed in a second time.

Which fields were changed goes into the trail; their former values go into history where the kind keeps it.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeVar, cast, final

import attrs

from grassroots.domain.step import Event, Step


class _Record(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Record)


@final
@attrs.frozen(kw_only=True)
class RecordCorrected(Event):
    """Fields of a record were set right; ``source`` is a code for where it was said again."""

    fields: tuple[str, ...]
    source: str


def corrected(found: R, fresh: R, source: str = "sheet", *, said: frozenset[str] | None = None) -> Step[R]:
    """``found`` with what ``fresh`` says otherwise. A blank (None, an empty list or text) never wipes.

    ``said`` names the fields that the source really says: these and no others count, also where they are
    said to be the default (no flag, one incident). Where it is not known (None), a default says nothing.
    """
    changed: dict[str, Any] = {}
    for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(found))):
        value = getattr(fresh, field.name)
        if field.name == "id" or value in _BLANK or value == getattr(found, field.name):
            continue
        if field.name not in said if said is not None else value == _default(field):
            continue
        changed[field.name] = value
    if not changed:
        return Step(found)
    after = attrs.evolve(found, **changed)  # type: ignore[misc]
    return Step(after, (RecordCorrected(fields=tuple(sorted(changed)), source=source),))


_BLANK: Final = (None, (), "")


def _default(field: attrs.Attribute[Any]) -> object:
    default: Any = field.default
    return default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
