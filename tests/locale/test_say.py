"""Sentences hold no codes: what a fact is called stands in the labels, in both languages."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

import grassroots
from grassroots import domain
from grassroots.contracts.policy import Action, Effect, Posture, Relation
from grassroots.contracts.storage import Ref
from grassroots.domain.fields import FieldGroup
from grassroots.domain.states import WrongState, turn
from grassroots.errors import Conflict, Denied, Missing
from grassroots.locale import LANGUAGES, catalogue, say
from grassroots.workspace.kinds import outbox_kinds, standard_kinds

KINDS = [spec.name for spec in (*standard_kinds(), *outbox_kinds())]
SOURCE = Path(grassroots.__file__).parent
LATIN = re.compile(r"[a-z_]{2,}")


def tables() -> list[Mapping[StrEnum, Mapping[str, StrEnum]]]:
    """Every table of states, once."""
    found = {}
    for module in pkgutil.walk_packages(domain.__path__, "grassroots.domain."):
        for one in vars(importlib.import_module(module.name)).values():
            enums = isinstance(one, Mapping) and one and all(isinstance(key, StrEnum) for key in one)
            if enums and all(isinstance(row, Mapping) for row in one.values()):
                found[type(next(iter(one)))] = one
    return list(found.values())


_ENDS = ("Status", "State")


def kind_of(states: type[StrEnum]) -> str:
    """The kind whose states an enum lists, by its name: that of CallState is a call."""
    return states.__name__.removesuffix("Status").removesuffix("State").lower()


def states() -> set[tuple[str, str]]:
    """Every kind with every state that it can be in."""
    found = set()
    for module in pkgutil.walk_packages(domain.__path__, "grassroots.domain."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, StrEnum) and one.__name__.endswith(_ENDS):
                found |= {(kind_of(one), state.value) for state in one}
    return found


def verbs() -> set[tuple[str, str]]:
    """Every kind with every verb of its table, and those that are refused by name."""
    found = {
        (kind_of(type(state)), verb) for table in tables() for state, row in table.items() for verb in row
    }
    return found | {(kind or "", verb) for kind, verb in written("verb")}


@cache
def written(name: str) -> set[tuple[str | None, str]]:
    """The words that the source gives to an argument, with the kind beside it."""
    found: set[tuple[str | None, str]] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or _called(node) in NO_SENTENCE:
                continue
            given = {
                word.arg: word.value.value
                for word in node.keywords
                if isinstance(word.value, ast.Constant) and isinstance(word.value.value, str)
            }
            if given.get(name):
                found.add((given.get("kind"), given[name]))
    return found


NO_SENTENCE = {"argsort", "take", "FormColumn", "Question", "add_argument", "Column", "replace"}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


# -- every code has a label -------------------------------------------------------------------------------
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_action_group_and_posture_has_a_label(language: str) -> None:
    kinds = {*KINDS, *(kind for _, kind in written("kind"))}
    wanted = {f"kind.{kind}" for kind in kinds}
    for group, codes in (
        ("action", Action),
        ("posture", Posture),
        ("relation", Relation),
        ("effect", Effect),
        ("field-group", FieldGroup),
    ):
        wanted |= {f"{group}.{code.value}" for code in codes}
    assert sorted(wanted - set(catalogue(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_and_every_state_has_a_label(language: str) -> None:
    assert len(states()) > 60
    assert len(verbs()) > 40
    wanted = {f"verb.{verb}" for _, verb in verbs()} | {f"state.{state}" for _, state in states()}
    assert sorted(wanted - set(catalogue(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_stands_for_a_kind_verb_or_state_that_there_is_not(language: str) -> None:
    known = {f"{kind}-verb.{verb}" for kind, verb in verbs()} | {f"verb.{verb}" for _, verb in verbs()}
    known |= {f"{kind}-status.{state}" for kind, state in states()}
    known |= {f"state.{state}" for _, state in states()}
    known |= {f"kind.{kind}" for kind in (*KINDS, *(one for _, one in written("kind")))}
    groups = re.compile(r"(kind|state|verb|[a-z]+-verb|[a-z]+-status)\.")
    assert sorted(code for code in catalogue(language) if groups.match(code) and code not in known) == []


# -- and sentences use them -------------------------------------------------------------------------------
def test_a_denial_says_what_and_whom_to_ask() -> None:
    denied = Denied("denied", action="read", kind="member", group="contact", ask="steward")
    assert say(denied.code, denied.facts) == "您不能进行此操作（查看人员），请联系网络办公室。"
    assert str(denied) == "You may not do this (look at member); ask the office of the network."
    assert say("x-unknown", denied.facts).startswith("x-unknown (action=read, kind=member")


def test_a_desk_denies_without_codes() -> None:
    with grassroots.open("memory://") as network, pytest.raises(Denied) as denied:
        network.desk("partner:gao").members.register(name="卯大山")
    assert LATIN.search(say(denied.value.code, denied.value.facts)) is None


@pytest.mark.parametrize("table", tables(), ids=lambda table: type(next(iter(table))).__name__)
def test_a_refused_verb_is_told_in_words(table: Mapping[StrEnum, Mapping[str, StrEnum]]) -> None:
    kind = kind_of(type(next(iter(table))))
    refused = [
        error
        for state in table
        for verb in {verb for row in table.values() for verb in row}
        if (error := refusal(table, state, verb, kind)) is not None
    ]
    # From two states one can always go on: nothing is refused.
    assert refused or len(table) <= 2
    for error in refused:
        assert LATIN.search(say(error.code, error.facts)) is None
        assert "_" not in say(error.code, error.facts, "en")


def refusal(
    table: Mapping[StrEnum, Mapping[str, StrEnum]], state: StrEnum, verb: str, kind: str
) -> WrongState | None:
    try:
        turn(table, state, verb, kind=kind, id="7")
    except WrongState as error:
        return error
    return None


@pytest.mark.parametrize(
    ("kind", "state", "verb", "told"),
    [
        (
            "concern",
            "closed",
            "merge",
            "该诉求（7）目前状态为“已办结”，现在不能执行“并案”。可以执行：重新打开。",
        ),
        (
            "station",
            "closed",
            "resume",
            "该站点（7）目前状态为“已关闭”，现在不能执行“重新开放”。可以执行：重新打开。",
        ),
    ],
)
def test_one_word_may_be_called_otherwise_where_the_kind_does(
    kind: str, state: str, verb: str, told: str
) -> None:
    facts = {"kind": kind, "id": "7", "state": state, "verb": verb, "possible": ("reopen",)}
    assert say("wrong-state", facts) == told


def test_a_state_is_that_of_whom_the_sentence_is_about() -> None:
    facts = {"member": "M1", "status": "active"}
    assert "“在册”" in say("pairing-not-taking-part", facts)
    assert "“结对中”" in say("pairing-unsound", {"id": "P1", "status": "active"})
    assert "（已登记）" in say("nothing-to-extend", {"id": "C1", "state": "recorded"})
    assert "已推荐、已审核" in say(
        "award-step-skipped", {"id": "A", "verb": "award", "skipped": ("recommended", "reviewed")}
    )


def test_what_moved_meanwhile_is_called_by_its_kind() -> None:
    moved = Conflict(frozenset({Ref("member", "M1"), Ref("meal", "X")}))
    assert say(moved.code, moved.facts).startswith("meal X、人员 M1 刚刚被他人修改")


def test_words_that_people_wrote_are_left_as_they_are() -> None:
    # A cell may hold what is a code elsewhere; only facts that are codes are called by a label.
    assert "“member”" in say("choice-unknown", {"what": "member", "known": ("read", "steward")})
    assert say("choice-unknown", {"what": "x", "known": ("read", "steward")}).endswith("read、steward。")


def test_who_writes_a_storage_or_a_definition_reads_the_codes_themselves() -> None:
    assert say("storage-kind-unknown", {"kind": "member"}).startswith("记录种类 member ")
    facts = {"set": "DecisionKind", "what": "x", "possible": ("merge", "decline")}
    assert "merge、decline" in say("not-one-of", facts)


def test_a_kind_of_an_app_is_told_by_its_code() -> None:
    missing = Missing("missing", kind="meal", id="7")
    assert say(missing.code, missing.facts) == "没有编号为 7 的meal记录。"
