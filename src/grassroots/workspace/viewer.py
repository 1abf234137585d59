"""Whether a viewer is who they are said to be: as whom somebody acts, or for whom they type, is a member.

An app says of its user which member they are. If it is wrong (a typing error, somebody who was merged into
another record, erased, or has left), no tie would be found, and every list would come out empty without a
word. So it is asked once for each request, by keys alone, and told. An actor without a member has nothing to
ask, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from grassroots.contracts.policy import Posture
from grassroots.contracts.storage import Ref, Stored
from grassroots.domain.fields import HIDDEN
from grassroots.domain.member import Member, MemberStatus
from grassroots.errors import Denied, Missing

if TYPE_CHECKING:
    from grassroots.workspace.office import Office, Seat

AS_MEMBERS: Final = frozenset({Posture.VOLUNTEER, Posture.LEAD})
"""Who acts as a member of the network. Everybody else has an office, which they keep when they leave it as
a member.
"""
OWN_RIGHTS: Final = "rights"
"""The purpose for which whoever has left still has a desk: what is kept about them is theirs to see."""


def check_viewer(seat: Seat) -> Mapping[Ref, int]:
    """The records (with their revisions) of the member who acts and of the person for whom they type.

    Denied ``viewer-unknown``, ``viewer-erased``, ``viewer-merged`` (says into whom), ``viewer-deceased``, or
    ``viewer-left`` for a volunteer or head for any purpose but their rights. Missing ``proxy-unknown``,
    ``proxy-erased`` or ``proxy-merged`` for a volunteer or head who types for such a person; somebody who has
    left or died may have left paper behind.
    """
    actor = seat.actor
    typed_for = seat.proxy_for if actor.posture in AS_MEMBERS else None
    if actor.member is None and not typed_for:
        return {}
    office = seat.office.at_home
    kind = office.kinds.of(Member).name
    found = office.storage.read([Ref(kind, one) for one in (actor.member, typed_for) if one])
    if actor.member is not None:
        state = _state(office, found.get(Ref(kind, actor.member)))
        left = actor.posture in AS_MEMBERS and seat.purpose != OWN_RIGHTS
        # Who else decides knows its own people; whether somebody still takes part is a rule of ours.
        ours = seat.office.outside is None or not seat.office.outside.decides
        if state in _NOBODY or state == "deceased" or (state == "left" and left and ours):
            into = _into(found.get(Ref(kind, actor.member)))
            raise Denied(f"viewer-{state}", actor=actor.name_of_record, member=actor.member, into=into)
    if typed_for:
        state = _state(office, found.get(Ref(kind, typed_for)))
        if state in _NOBODY:
            raise Missing(f"proxy-{state}", member=typed_for, into=_into(found.get(Ref(kind, typed_for))))
    return {ref: stored.revision for ref, stored in found.items()}


_NOBODY: Final = ("unknown", "erased", "merged")


def _state(office: Office, stored: Stored | None) -> str:
    if stored is None:
        return "unknown"
    status = str(stored.keys.get("status"))
    if status != MemberStatus.LEFT:
        return status
    # Only here is the record opened: whoever was erased has left too, and has no name any more.
    record = office.decode(office.kinds.of(Member), stored).record
    return "erased" if record.name == HIDDEN else status


def _into(stored: Stored | None) -> str:
    return "" if stored is None else str(stored.keys.get("merged_into") or "")
