"""Outside bodies at a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.organization import OrganizationCircle, OrganizationStatus
from grassroots.errors import Missing
from grassroots.values.ids import OrganizationId


@pytest.fixture
def desk() -> Iterator[Desk]:
    with grassroots.open("memory://") as network:
        yield network.desk("steward:office")


def test_a_branch_is_registered_under_its_general_branch_and_found_there(desk: Desk) -> None:
    general = desk.organizations.register(kind="general_branch", name="离退休干部党总支")
    branch = desk.organizations.register(
        kind="party-branch", name="第一支部", parent=general.id, aliases=("一支部",)
    )
    assert desk.organizations.all(parent=general.id) == [branch]
    assert desk.organizations.all(kind="general-branch") == [general]
    assert desk.organizations.named("一支部") == [branch]
    assert desk.organizations.get(branch.id) == branch
    with pytest.raises(OrganizationCircle):
        desk.organizations.move(general.id, parent=branch.id)


def test_a_parent_must_be_known(desk: Desk) -> None:
    with pytest.raises(Missing):
        desk.organizations.register(kind="party-branch", name="支部", parent=OrganizationId("nowhere"))


def test_a_dissolved_body_leaves_the_list_and_stays_on_record(desk: Desk) -> None:
    firm = desk.organizations.register(kind="new-economic", name="甲公司")
    desk.organizations.close(firm.id)
    assert desk.organizations.all() == []
    assert [body.id for body in desk.organizations.all(status=OrganizationStatus.CLOSED)] == [firm.id]
    desk.organizations.reopen(firm.id)
    corrected = desk.organizations.correct(firm.id, name="乙公司")
    assert desk.organizations.all() == [corrected]
    assert desk.organizations.move(firm.id, parent=None) == corrected
