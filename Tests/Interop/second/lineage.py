"""A manifest's lineage (FORMAT sections 2 and 7): who made what out of what."""

from collections import defaultdict
from typing import Any

from .shape import identifier, integer, list_of, one_of, record, that
from .values import require

WHOLE = 10_000
LINKS_MAX = 8
_PRINTABLE = that(
    lambda name: isinstance(name, str) and len(name.encode()) <= 256 and not any(
        ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in name), "a name of at most 256 bytes")
_NODE = record(
    id=identifier, kind=one_of(["model", "adapter", "dataset", "documents", "code", "machine", "operator"]),
    name=_PRINTABLE, contributor=identifier, claim=one_of(["declared", "confirmed"]), retained_bp=integer(0, WHOLE),
    parents=list_of(record(id=identifier, basis_points=integer(0, WHOLE)), 0, 4096))
_LINEAGE = record(root=identifier, nodes=list_of(_NODE, 1, 4096))


def check(value: Any, path: str) -> None:
    """Refuses what is no graph of assets from its root, without circles, at most 8 links deep."""
    _LINEAGE(value, path)
    nodes = {node["id"]: node for node in value["nodes"]}
    require(len(nodes) == len(value["nodes"]), f"{path}: two assets of one id")
    require(sum(len(node["parents"]) for node in value["nodes"]) <= 1 << 16, f"{path}: above 65536 links")
    root = nodes.get(value["root"])
    require(root and root["kind"] in ("model", "adapter"), f"{path}: the root is no model and no adapter")
    for name, node in nodes.items():
        parents = [parent["id"] for parent in node["parents"]]
        require(set(parents) <= nodes.keys(), f"{path}: {name} has a parent that is not there")
        require(len(set(parents)) == len(parents), f"{path}: {name} has a parent twice")
        given = node["retained_bp"] + sum(parent["basis_points"] for parent in node["parents"])
        require(given == WHOLE, f"{path}: {name} does not give away 10000 basis points")
        nobody = node["contributor"] == "unattributed" and node["claim"] == "confirmed"
        require(not nobody, f"{path}: {name} is confirmed by nobody")
    require(_reached(nodes, value["root"], path) == nodes.keys(), f"{path}: an asset that the root does not reach")


def _reached(nodes: dict[str, Any], root: str, path: str) -> set[str]:
    level, seen = {root}, set()
    for _ in range(LINKS_MAX + 1):
        seen |= level
        level = {parent["id"] for name in level for parent in nodes[name]["parents"]}
    require(not level, f"{path}: above {LINKS_MAX} links deep, or a circle")
    return seen


def weights(value: dict[str, Any]) -> list[tuple[str, int]]:
    """`lineage/1`: what each asset credits its contributor, over 10000^8. Mass flows from the root to its parents."""
    nodes = {node["id"]: node for node in value["nodes"]}
    credited: list[tuple[str, int]] = []
    masses = {value["root"]: WHOLE**LINKS_MAX}
    while masses:
        below: dict[str, int] = defaultdict(int)
        for name, mass in masses.items():
            node = nodes[name]
            credited.append((node["contributor"], mass * node["retained_bp"] // WHOLE))
            for parent in node["parents"]:
                below[parent["id"]] += mass * parent["basis_points"] // WHOLE
        masses = below
    return credited
