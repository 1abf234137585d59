"""Setting a record right from a source that says it again, such as a sheet that was handed in a second time.

Which fields were changed goes into the trail; their former values go into history where the kind keeps it.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast, final

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


def corrected(found: R, said: R, source: str = "sheet") -> Step[R]:
    """``found`` with what ``said`` says otherwise. A blank (None, an empty list, the default) never wipes."""
    changed: dict[str, Any] = {}
    for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(found))):
        if field.name == "id":
            continue
        value = getattr(said, field.name)
        default = field.default.factory() if isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]
        if value is None or value == () or value == default or value == getattr(found, field.name):
            continue
        changed[field.name] = value
    if not changed:
        return Step(found)
    after = attrs.evolve(found, **changed)  # type: ignore[misc]
    return Step(after, (RecordCorrected(fields=tuple(sorted(changed)), source=source),))
