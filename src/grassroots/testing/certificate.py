"""The promises of a notifier or a planner tried outside pytest, and what became of them as plain data.

What a notifier delivers only its author's stand-in can see, so a notifier is tried by the class of its own
tests; a planner needs nothing beside itself, and is tried by the name of its offer.
"""

from __future__ import annotations

import importlib
import importlib.util
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grassroots.contracts.hooks import CONTRACT, PlannerOffer
from grassroots.errors import BadInput
from grassroots.testing.notifier import NotifierConformance
from grassroots.testing.notifier.conformance import PROMISES
from grassroots.testing.planner import PlannerConformance
from grassroots.testing.storage.running import Outcome, cases

Kit = NotifierConformance | PlannerConformance


def kit_in(place: str) -> tuple[str, Kit]:
    """The kit of a test class, written ``test_bell.py::TestBell`` or ``package.module::TestBell``.

    Gives its name and itself. Raises BadInput ``verify-kit`` where there is none.
    """
    where, _, name = place.partition("::")
    module = _module(where, place)
    found = getattr(module, name, None)
    if not (isinstance(found, type) and issubclass(found, (NotifierConformance, PlannerConformance))):
        known = tuple(sorted(
            each for each, one in vars(module).items()
            if isinstance(one, type) and issubclass(one, (NotifierConformance, PlannerConformance))
            and one not in (NotifierConformance, PlannerConformance)
        ))  # fmt: skip
        raise BadInput("verify-kit", what=place, known=known, problem="class")
    return name, found()


def _module(where: str, place: str) -> Any:
    try:
        if not where.endswith(".py"):
            return importlib.import_module(where)
        path = Path(where).resolve()
        if not path.is_file():
            raise BadInput("verify-kit", what=place, known=(), problem="file")
        # The plugin that it tries mostly lies beside it, as pytest would find it.
        sys.path.insert(0, str(path.parent))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        return module
    except BadInput:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise BadInput("verify-kit", what=place, known=(), problem=type(error).__name__) from error


def kit_of(offer: PlannerOffer) -> PlannerConformance:
    """The kit on the planners of an offer. MissingExtra flies where their library is not installed."""

    class Offered(PlannerConformance):
        pairs = None if offer.pairs is None else offer.pairs()
        rota = None if offer.rota is None else offer.rota()

    return Offered()


def certify_kit(
    kit: Kit,
    name: str,
    *,
    versions: Mapping[str, str],
    left_out: Mapping[str, str] | None = None,
    told: Callable[[Outcome], None] = lambda outcome: None,
) -> dict[str, Any]:
    """Try every promise, each in a folder of its own; ``told`` hears of each outcome as it comes.

    ``left_out`` gives the reasons for what is not tried, beside those that the class of the tests gives.
    Raises BadInput for a name that is no promise, and where Python runs without asserts, which are the proof.
    """
    if not __debug__:
        raise BadInput("verify-no-asserts")
    kind, promises = _promises(kit)
    skipped = dict(left_out or {})
    for one in skipped.keys() - promises.keys():
        raise BadInput("verify-promise", what=one)
    outcomes: list[Outcome] = []
    for outcome in _tried(kit, {one: test for one, test in promises.items() if one not in skipped}):
        told(outcome)
        if outcome.skipped:
            skipped[outcome.promise] = outcome.skipped
        else:
            outcomes.append(outcome)
    failed = [one for one in outcomes if not one.kept]
    return {
        kind: name,
        "contract": {"kit": CONTRACT},
        "versions": {**versions, "python": platform.python_version()},
        "layers": {"examples": {"tried": len(outcomes), "kept": len(outcomes) - len(failed)}},
        "left_out": skipped,
        "broken": [{"promise": one.promise, "case": one.case, "problem": one.problem} for one in failed],
        "result": "broken" if failed else "kept",
    }


def _promises(kit: Kit) -> tuple[str, Mapping[str, Any]]:
    if isinstance(kit, NotifierConformance):
        return "notifier", PROMISES
    found = {name: one for name, one in vars(PlannerConformance).items() if name.startswith("test_")}
    return "planner", found


def _tried(kit: Kit, promises: Mapping[str, Any]) -> Iterator[Outcome]:
    for name in promises:
        test = getattr(kit, name)
        for case, values in cases(getattr(test, "pytestmark", [])):
            place = Path(tempfile.mkdtemp(prefix="kit-"))
            given = {**values, **({"place": place} if "place" in _parameters(test) else {})}
            try:
                test(**given)
            except pytest.skip.Exception as skipped:
                yield Outcome(promise=name, case=case, skipped=str(skipped))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # pytest's own refusals are no Exception
                problem = f"{type(error).__name__}: {error}".split("\n")[0][:300]
                yield Outcome(promise=name, case=case, problem=problem)
            else:
                yield Outcome(promise=name, case=case)
            finally:
                if isinstance(kit, NotifierConformance):
                    kit.close(place)
                shutil.rmtree(place, ignore_errors=True)


def _parameters(test: Any) -> tuple[str, ...]:
    code = test.__func__.__code__
    return tuple(code.co_varnames[: code.co_argcount])
