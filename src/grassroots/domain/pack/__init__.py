"""Rule packs: the numbers of the field as dated, named data, each with its source.

A pack is a TOML text with a header, its sources and named tables of rules. Nearly every number here is local
(ratios, contact norms, terms, age bands), so a network lays its own pack over the shipped ones: for every
rule the last pack that is in force on the day answers, and the answer says which pack, version and source
it was. What is only remembered is shipped as practice, never as law; :func:`check` enforces that.

The format is described in docs/reference/packs.md; its JSON Schema is grassroots/packs/schema.json.
"""

from grassroots.domain.pack.checking import check
from grassroots.domain.pack.model import BadPack, Finding, Force, Pack, Rule, Source, SourceKind, Sure
from grassroots.domain.pack.reading import parse_pack
from grassroots.domain.pack.resolving import Answer, NoRule, Packs
from grassroots.domain.pack.shapes import TABLES, Column, ColumnType, Table

__all__ = [
    "TABLES",
    "Answer",
    "BadPack",
    "Column",
    "ColumnType",
    "Finding",
    "Force",
    "NoRule",
    "Pack",
    "Packs",
    "Rule",
    "Source",
    "SourceKind",
    "Sure",
    "Table",
    "check",
    "parse_pack",
]
