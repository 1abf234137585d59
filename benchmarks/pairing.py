"""Pairings: the built-in planner against bare flows of OR-Tools for the same arcs and three goals.

The bare peer is handed the columns and solves them whole, as one would by hand: first how many pairs can be
kept, then with a weight that doubles until as many are kept. The planner has a fourth goal (spread), proves
its answer, and makes proposals with names. Memory is that of a process of its own, above the problem.

``PAIRING_PART`` in the environment runs only the sizes whose name holds it, so that one can be run alone:
``PAIRING_PART="300 communities" python -m benchmarks pairing``.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

from benchmarks.rows import row
from grassroots.contracts.planning import (
    Candidates,
    Effort,
    PairingProblem,
    Recipient,
    Supporter,
    check_pairs,
    explain_pairs,
)

Triple = tuple[int, int, int]

SIZES: tuple[tuple[str, int, int, tuple[int, ...], int], ...] = (
    ("1,000 x 30, room 1 to 3", 1_000, 30, (1, 2, 3), 1),
    ("1,000 x 30, room 1", 1_000, 30, (1,), 1),
    ("10,000 x 30, room 1 to 3", 10_000, 30, (1, 2, 3), 1),
    ("10,000 x 30, room 1", 10_000, 30, (1,), 1),
    ("10,000 x 30, seven in ten", 10_000, 30, (0, 1, 1), 1),
    ("100,000 x 20, room 1 to 3", 100_000, 20, (1, 2, 3), 1),
    ("100,000 x 20 in 300 communities", 100_000, 20, (1, 2, 3), 300),
)


def made(count: int, near: int, rooms: tuple[int, ...], communities: int, seed: int = 1) -> PairingProblem:
    """People as points; the nearest so many supporters are candidates; three in ten have somebody already."""
    import numpy as np
    from scipy.spatial import cKDTree

    chance = np.random.default_rng(seed)
    each = count // communities
    columns: list[list[Any]] = [[], [], [], []]
    for community in range(communities):
        supporters, recipients = chance.random((each, 2)), chance.random((each, 2))
        _, found = cKDTree(supporters).query(recipients, k=min(near, each))
        found = np.sort(found, axis=1)
        kept = np.zeros(found.shape, np.int8)
        having = chance.random(each) < 0.3
        kept[np.arange(each)[having], chance.integers(0, found.shape[1], each)[having]] = 1
        columns[0].append((found + community * each).ravel().astype(np.int32))
        columns[1].append(np.repeat(np.arange(each) + community * each, found.shape[1]).astype(np.int32))
        columns[2].append(chance.integers(1, 1001, found.size).astype(np.int32))
        columns[3].append(kept.ravel())
    everybody = each * communities
    room = chance.choice(rooms, everybody)
    return PairingProblem(
        supporters=tuple(Supporter(id=f"s{n}", room=int(room[n])) for n in range(everybody)),
        recipients=tuple(Recipient(id=f"r{n}") for n in range(everybody)),
        candidates=Candidates(
            *(array(code, np.concatenate(one).tobytes()) for code, one in zip("iiib", columns, strict=True))
        ),
    )


def planner(problem: PairingProblem) -> Triple:
    from grassroots.plugins.planning.flow import FlowPlanner

    plan = FlowPlanner().pair(problem, Effort())
    assert plan.values == plan.bounds
    return plan.values.covered, plan.values.kept, plan.values.suitability


def bare(problem: PairingProblem) -> Triple:
    import numpy as np
    from ortools.graph.python import min_cost_flow

    arcs = problem.candidates
    supporters, recipients = (np.frombuffer(one, np.int32) for one in (arcs.supporters, arcs.recipients))
    scores = np.frombuffer(arcs.scores, np.int32).astype(np.int64)
    kept = np.frombuffer(arcs.kept, np.int8).astype(np.int64)
    width, height = len(problem.supporters), len(problem.recipients)
    room = np.fromiter((one.room for one in problem.supporters), np.int64, width)

    def solve(cost: Any) -> Any:
        flow = min_cost_flow.SimpleMinCostFlow()
        pairs = flow.add_arcs_with_capacity_and_unit_cost(
            supporters, width + recipients, np.ones(len(cost), np.int64), cost
        )
        source, sink = width + height, width + height + 1
        flow.add_arcs_with_capacity_and_unit_cost(
            np.full(width, source), np.arange(width), room, np.zeros(width, np.int64)
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            width + np.arange(height),
            np.full(height, sink),
            np.ones(height, np.int64),
            np.zeros(height, np.int64),
        )
        supply = np.zeros(sink + 1, np.int64)
        supply[source], supply[sink] = height, -height
        flow.set_nodes_supplies(np.arange(sink + 1), supply)
        assert flow.solve_max_flow_with_min_cost() == flow.OPTIMAL
        return np.flatnonzero(flow.flows(pairs))

    most = int(kept[solve(-kept)].sum())
    weight = 1_000
    while int(kept[chosen := solve(-(weight * kept + scores))].sum()) < most:
        weight *= 4
    return len(chosen), most, int(scores[chosen].sum())


def sparse(problem: PairingProblem) -> Triple:
    """The last goal alone, by scipy: a copy of a supporter for each place, a dummy for each recipient."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    arcs = problem.candidates
    supporters, recipients = (np.frombuffer(one, np.int32) for one in (arcs.supporters, arcs.recipients))
    scores = np.frombuffer(arcs.scores, np.int32).astype(np.float64)
    width, height = len(problem.supporters), len(problem.recipients)
    room = np.fromiter((one.room for one in problem.supporters), np.int64, width)
    begin = np.concatenate([[0], np.cumsum(room)])
    copies = room[supporters]
    columns = np.repeat(begin[supporters], copies) + (
        np.arange(copies.sum()) - np.repeat(np.cumsum(copies) - copies, copies)
    )
    rows, values = np.repeat(recipients, copies), np.repeat(scores, copies)
    places = int(begin[-1])
    rows = np.concatenate([rows, np.arange(height)])
    columns = np.concatenate([columns, places + np.arange(height)])
    values = np.concatenate([2_000.0 - values, np.full(height, 4_000_000.0)])
    graph = coo_array((values, (rows, columns)), shape=(height, places + height)).tocsr()
    _, chosen = min_weight_full_bipartite_matching(graph)
    return int((chosen < places).sum()), -1, -1


def _most_memory() -> float:
    """Kilobytes that this process held at most since the mark was set anew (Linux)."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM")))


def _memory(work: Callable[[PairingProblem], Triple], size: tuple[Any, ...], queue: Any) -> None:
    # The libraries are loaded first, on a small one; making the problem needs more than solving it, so the
    # mark is set anew behind it.
    work(made(100, 5, (1, 2), 1))
    problem = made(*size)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", "utf-8")
    before = _most_memory()
    work(problem)
    queue.put((_most_memory() - before) / 1024)


def memory(work: Callable[[PairingProblem], Triple], size: tuple[Any, ...]) -> float:
    """Megabytes at most above the problem, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=_memory, args=(work, size, queue))
    process.start()
    found = queue.get()
    process.join()
    return float(found)


def _timed(works: list[Callable[[PairingProblem], Triple]], problem: PairingProblem, rounds: int) -> Any:
    times: list[list[float]] = [[] for _ in works]
    answers: list[Triple] = []
    for _ in range(rounds):
        answers = []
        for work, taken in zip(works, times, strict=True):
            begun = process_time()
            answers.append(work(problem))
            taken.append(process_time() - begun)
    return [statistics.median(one) for one in times], answers


def run(quick: bool) -> Iterator[dict[str, object]]:
    part = os.environ.get("PAIRING_PART", "")
    for name, *size in SIZES[: 5 if quick else None]:
        if part not in name:
            continue
        problem = made(*size)
        small = len(problem.recipients) <= 10_000
        works = [planner, bare]
        if name.startswith("100,000 x 20, room"):
            works.append(sparse)
        times, answers = _timed(works, problem, 3 if small else 1)
        assert answers[0] == answers[1], (name, answers)
        yield row(f"pairing {name}", times[0], "cpu s", "bare OR-Tools", times[1])
        if len(times) > 2:
            assert answers[2][0] == answers[0][0]
            yield row("the same against scipy", times[0], "cpu s", "scipy, one goal", times[2])
        if not small:
            for work in works:
                yield row(f"memory of {work.__name__}", memory(work, tuple(size)), "MB")
        if name.startswith("10,000 x 30, seven"):
            from grassroots.plugins.planning.flow import FlowPlanner

            plan = FlowPlanner().pair(problem, Effort())
            begun = process_time()
            explained = explain_pairs(problem, plan)
            name = f"explaining {len(explained.left_out)} left out"
            yield row(name, process_time() - begun, "cpu s")
            begun = process_time()
            assert check_pairs(problem, plan) == []
            yield row("checking that plan", process_time() - begun, "cpu s")
