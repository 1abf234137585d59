"""What an outside body promises."""

from __future__ import annotations

import pytest

from grassroots.domain.organization import (
    Organization,
    OrganizationCircle,
    OrganizationCorrected,
    OrganizationMoved,
    OrganizationRegistered,
    OrganizationStatus,
)
from grassroots.errors import BadInput
from grassroots.values.ids import OrganizationId


def body(id_: str = "O1", parent: str | None = None, **fields: str) -> Organization:
    above = None if parent is None else OrganizationId(parent)
    kind, name = fields.get("kind", "party-branch"), fields.get("name", "第一支部")
    return Organization(id=OrganizationId(id_), kind=kind, name=name, parent=above)


def test_a_body_is_registered_with_a_kind_that_every_room_spells_alike() -> None:
    step = Organization.register(id=OrganizationId("O"), kind="new_economic", name=" 甲公司 ")
    assert (step.after.kind, step.after.name) == ("new-economic", "甲公司")
    assert step.happened == (OrganizationRegistered(kind="new-economic"),)
    assert step.after.correct(kind="new_economic").happened == ()


@pytest.mark.parametrize(
    ("fields", "code"), [({"kind": "某类"}, "not-a-code"), ({"name": " "}, "organization-name-missing")]
)
def test_a_body_without_a_kind_or_a_name_does_not_exist(fields: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        body(**fields)
    assert refused.value.code == code


def test_a_branch_comes_under_its_general_branch_but_not_the_other_way_round_too() -> None:
    general, branch = body("G"), body("B")
    step = branch.move(general, {general.id: general})
    assert step.happened == (OrganizationMoved(former=None, parent=general.id),)
    assert step.after.move(general, {general.id: general}).happened == ()
    tree = {step.after.id: step.after, general.id: general}
    with pytest.raises(OrganizationCircle):
        general.move(step.after, tree)
    with pytest.raises(OrganizationCircle):
        general.move(general, tree)


def test_a_circle_that_was_stored_once_does_not_hang_the_next_move() -> None:
    one, other = body("A", "B"), body("B", "A")
    tree = {one.id: one, other.id: other}
    assert body("C").move(one, tree).after.parent == "A"


def test_dissolving_is_done_once_and_may_turn_out_wrong() -> None:
    gone = body().close().after
    assert gone.status is OrganizationStatus.CLOSED
    assert gone.close().happened == ()
    assert gone.reopen().after == body()


def test_a_correction_names_the_fields_and_never_the_parent() -> None:
    step = body().correct(name="第二支部", aliases=("二支部",))
    assert step.happened == (OrganizationCorrected(fields=("aliases", "name")),)
    with pytest.raises(BadInput):
        body().correct(parent="G")
