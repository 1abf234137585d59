"""The catalogue of roles at a desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import grassroots
from grassroots.desk import Desk
from grassroots.domain.role import Quota, RoleKnown, RoleStatus
from grassroots.values.ids import RoleId

SIX = {
    "party-building-adviser",
    "policy-speaker",
    "community-mediator",
    "compound-planner",
    "youth-mentor",
    "civic-practice-coach",
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with grassroots.open("memory://") as network:
        yield network.desk("steward:office")


def test_the_six_roles_of_the_rule_pack_are_adopted_with_a_target_of_ten_each(desk: Desk) -> None:
    adopted = desk.roles.adopt()
    assert {role.id for role in adopted} >= SIX
    six = desk.roles.all(family="six")
    assert {role.id for role in six} == SIX
    assert {role.quotas for role in six} == {(Quota(target=10),)}
    assert all(role.label_zh and role.label_en for role in six)


def test_adopting_again_leaves_what_the_network_has_set_for_itself(desk: Desk) -> None:
    desk.roles.adopt()
    mediator = RoleId("community-mediator")
    desk.roles.set_quota(mediator, Quota(target=12, maximum=14))
    assert desk.roles.adopt() == []
    assert desk.roles.get(mediator).quotas == (Quota(target=12, maximum=14),)


def test_a_code_is_given_once(desk: Desk) -> None:
    desk.roles.define(id=RoleId("secretary"), label_zh="支部书记", label_en="branch secretary", family="post")
    with pytest.raises(RoleKnown):
        desk.roles.define(id=RoleId("secretary"), label_zh="书记", label_en="secretary", family="post")


def test_a_retired_role_leaves_the_current_catalogue_and_comes_back(desk: Desk) -> None:
    desk.roles.adopt()
    mentor = RoleId("youth-mentor")
    desk.roles.retire(mentor)
    assert mentor not in {role.id for role in desk.roles.all()}
    assert [role.id for role in desk.roles.all(status=RoleStatus.RETIRED)] == [mentor]
    desk.roles.restore(mentor)
    desk.roles.correct(mentor, label_en="mentor of the young", reason="wording")
    assert desk.roles.get(mentor).label_en == "mentor of the young"
