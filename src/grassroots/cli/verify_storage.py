"""``plugins verify URL``: every promise of the kit, tried on the database of the URL, and a certificate."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from grassroots.cli.output import DONE, HELD_BACK, Output
from grassroots.cli.parser import Parser
from grassroots.errors import BadInput, need


def add_arguments(parser: Parser) -> None:
    """What ``plugins`` takes."""
    parser.take("action", nargs="?", choices=("list", "verify"), default="list", told="plugin-action")
    parser.take("url", nargs="?", metavar="URL", told="plugin-url")
    parser.take("--out", metavar="CERT.json", told="out-certificate")
    parser.take("--not-durable", metavar="REASON", default="", told="not-durable")
    parser.take("--leave-out", metavar="PROMISE=REASON", action="append", default=[], told="leave-out")


def verify(options: Namespace, output: Output) -> int:
    """Try the storage and say what was kept; exit code 3 when a promise was broken."""
    from grassroots import __version__
    from grassroots.discovery import find_storage, load_plugins

    if options.url is None:
        raise BadInput("verify-url")
    left_out = {}
    for one in options.leave_out:
        name, _, reason = one.partition("=")
        if not reason.strip():
            raise BadInput("verify-reason", what=name)
        left_out[name] = reason.strip()
    plugins = load_plugins()
    offer = find_storage(options.url, plugins)
    record = next(one for one in plugins.records if f"storages/{offer.scheme}" in one.offers)
    try:
        from grassroots.testing.storage.certificate import certify
    except ImportError as error:
        raise need("testing", error.name or "pytest") from error
    versions = {"grassroots": __version__, record.name: record.version or __version__}
    certificate = certify(
        options.url, offer, versions=versions, not_durable=options.not_durable.strip(), left_out=left_out
    )
    if options.out is not None:
        Path(options.out).write_text(json.dumps(certificate, ensure_ascii=False, indent=2) + "\n", "utf-8")
    output.give(certificate)
    _show(certificate, output)
    return HELD_BACK if certificate["broken"] else DONE


def _show(certificate: dict[str, Any], output: Output) -> None:
    output.table(
        ("layer", "tried", "kept"),
        (
            (output.label("verify-layer", name), one["tried"], one["kept"])
            for name, one in certificate["layers"].items()
        ),
    )
    for name, reason in certificate["left_out"].items():
        output.say("cli-verify-left-out", promise=name, reason=reason)
    if certificate["broken"]:
        output.say("cli-verify-broken", storage=certificate["storage"], count=len(certificate["broken"]))
        output.table(
            ("promise", "case", "problem"),
            ((one["promise"], one["case"], one["problem"]) for one in certificate["broken"]),
        )
    else:
        output.say("cli-verify-kept", storage=certificate["storage"])
