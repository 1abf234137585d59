"""``plugins verify``: every promise of the kit, tried outside pytest, and a certificate.

A storage is tried on the database of its URL; a planner by the name of its offer (``planner:own``); and a
notifier by the class of its own tests (``test_bell.py::TestBell``), since nobody else sees what it delivers.
"""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Parser
from grassroots.errors import BadInput, need

if TYPE_CHECKING:
    from grassroots.discovery import Plugins

_PLANNER = "planner:"
_KINDS = ("storage", "notifier", "planner")


def add_arguments(parser: Parser) -> None:
    """What ``plugins`` takes."""
    parser.take("action", nargs="?", choices=("list", "verify"), default="list", told="plugin-action")
    parser.take("url", nargs="?", metavar="URL", told="plugin-url")
    parser.take("--out", metavar="CERT.json", told="out-certificate")
    parser.take("--not-durable", metavar="REASON", default="", told="not-durable")
    parser.take("--leave-out", metavar="PROMISE=REASON", action="append", default=[], told="leave-out")


def verify(options: Namespace, output: Output) -> int:
    """Try it and say what was kept; exit code 3 when a promise was broken."""
    if options.url is None:
        raise BadInput("verify-url")
    left_out = {}
    for one in options.leave_out:
        name, _, reason = one.partition("=")
        if not reason.strip():
            raise BadInput("verify-reason", what=name)
        left_out[name] = reason.strip()
    kit = "::" in options.url or options.url.startswith(_PLANNER)
    if kit and options.not_durable:
        raise BadInput("verify-durable")
    certificate = (_kit if kit else _storage)(options, left_out)
    if options.out is not None:
        Path(options.out).write_text(json.dumps(certificate, ensure_ascii=False, indent=2) + "\n", "utf-8")
    output.give(certificate)
    _show(certificate, output)
    return HELD_BACK if certificate["broken"] else DONE


def _storage(options: Namespace, left_out: dict[str, str]) -> dict[str, Any]:
    from grassroots.discovery import find_storage, load_plugins

    plugins = load_plugins()
    scheme = options.url.partition(":")[0].lower()
    if scheme in plugins.notifiers and scheme not in plugins.storages:
        raise BadInput("verify-notifier", what=scheme)
    offer = find_storage(options.url, plugins)
    try:
        from grassroots.testing.storage.certificate import certify
    except ImportError as error:
        raise need("testing", error.name or "pytest") from error
    return certify(
        options.url,
        offer,
        versions=_versions(plugins, f"storages/{offer.scheme}"),
        not_durable=options.not_durable.strip(),
        left_out=left_out,
    )


def _kit(options: Namespace, left_out: dict[str, str]) -> dict[str, Any]:
    from grassroots.discovery import load_plugins

    try:
        from grassroots.testing.certificate import certify_kit, kit_in, kit_of
    except ImportError as error:
        raise need("testing", error.name or "pytest") from error
    plugins = load_plugins()
    if not options.url.startswith(_PLANNER):
        name, own = kit_in(options.url)
        return certify_kit(own, name, versions=_versions(plugins, ""), left_out=left_out)
    asked = options.url.removeprefix(_PLANNER)
    offer = plugins.planners.get(asked)
    if offer is None:
        raise BadInput("verify-planner", what=asked, known=tuple(sorted(plugins.planners)))
    versions = _versions(plugins, f"planners/{offer.name}")
    return certify_kit(kit_of(offer), offer.name, versions=versions, left_out=left_out)


def _versions(plugins: Plugins, offer: str) -> dict[str, str]:
    from grassroots import __version__

    found = [one for one in plugins.records if offer in one.offers]
    return {"grassroots": __version__, **{one.name: one.version or __version__ for one in found}}


def _show(certificate: dict[str, Any], output: Output) -> None:
    output.table(
        ("layer", "tried", "kept"),
        (
            (output.label("verify-layer", name), one["tried"], one["kept"])
            for name, one in certificate["layers"].items()
        ),
    )
    tried = next(str(certificate[kind]) for kind in _KINDS if kind in certificate)
    for name, reason in certificate["left_out"].items():
        output.say("cli-verify-left-out", promise=name, reason=reason)
    if certificate["broken"]:
        output.say("cli-verify-broken", what=tried, count=len(certificate["broken"]))
        output.table(
            ("promise", "case", "problem"),
            ((one["promise"], one["case"], one["problem"]) for one in certificate["broken"]),
        )
    else:
        output.say("cli-verify-kept", what=tried)
