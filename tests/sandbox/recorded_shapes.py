"""Which keys, with which JSON types, real payloads have: to hold the sandbox's own payloads against."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Shape = dict[str, set[str]]
"""Type names by dotted path; the items of a list have the path of the list with `[]`."""


def shape_of(values: Iterable[Any]) -> Shape:
    """Return the union of the shapes of some JSON values."""
    shape: Shape = defaultdict(set)
    for value in values:
        _collect(value, "", shape)
    return dict(shape)


def differences(ours: Shape, real: Shape) -> list[str]:
    """List the paths of ours that the real payloads do not have, or have with other types."""
    return [
        f"{path}: {sorted(types)} is not in {sorted(real.get(path, ()))}"
        for path, types in sorted(ours.items())
        if not types <= real.get(path, set())
    ]


def _collect(value: Any, path: str, shape: Shape) -> None:
    kind = "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
    if path:
        shape[path].add(kind)
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(inner, f"{path}.{key}".lstrip("."), shape)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, f"{path}[]", shape)
