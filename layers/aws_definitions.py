"""AWS's definitions cut down to the calls that functions make: `python layers/aws_definitions.py` writes them anew.

botocore reads the definition of a whole service before its first call: S3's and the parameter store's have 2.5 MB, of
which a function calls three methods. Another version of botocore may define a call otherwise: a test says so then.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

CALLS = {
    "lambda": ["Invoke"],
    "s3": ["GetObject", "PutObject"],
    "secretsmanager": ["GetSecretValue"],
    "ssm": ["GetParameter"],
}
FOLDER = Path(__file__).parent / "chatsync" / "python" / "chatsync" / "aws_definitions"
SERVICE, ENDPOINTS = "service-2", "endpoints"


def cut_definitions() -> dict[str, Any]:
    """Return what the files of FOLDER hold, by their paths below it; the layout is botocore's."""
    whole = Loader()
    cut = {f"{ENDPOINTS}.json": _cut_endpoints(whole.load_data(ENDPOINTS))}
    for service, calls in CALLS.items():
        version = whole.determine_latest_version(service, SERVICE)
        model = whole.load_data(f"{service}/{version}/{SERVICE}")
        cut[f"{service}/{version}/{SERVICE}.json"] = _cut_service(model, calls)
    return cut


def as_text(definition: Any) -> str:
    """Return a file's text: short lines, so that a change can be read."""
    return json.dumps(definition, indent=1) + "\n"


def _cut_endpoints(endpoints: Mapping[str, Any]) -> dict[str, Any]:
    partitions = [
        {**each, "services": {name: each["services"][name] for name in CALLS if name in each["services"]}}
        for each in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _cut_service(model: Mapping[str, Any], calls: list[str]) -> dict[str, Any]:
    """Return the model with these calls, the shapes that they name, and no documentation."""
    operations = {name: model["operations"][name] for name in calls}
    needed: set[str] = set()
    found = set(_shapes_in(operations))
    while found:
        needed |= found
        found = {shape for name in found for shape in _shapes_in(model["shapes"][name])} - needed
    shapes = {name: shape for name, shape in model["shapes"].items() if name in needed}
    cut: dict[str, Any] = _without_documentation({**model, "operations": operations, "shapes": shapes})
    return cut


def _shapes_in(definition: Any) -> Iterator[str]:
    if isinstance(definition, list):
        for each in definition:
            yield from _shapes_in(each)
    elif isinstance(definition, dict):
        for key, value in definition.items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _shapes_in(value)


def _without_documentation(definition: Any) -> Any:
    """Return it with empty texts as documentation: botocore reads some of these keys."""
    if isinstance(definition, list):
        return [_without_documentation(each) for each in definition]
    if not isinstance(definition, dict):
        return definition
    return {
        name: "" if name == "documentation" and isinstance(value, str) else _without_documentation(value)
        for name, value in definition.items()
    }


if __name__ == "__main__":
    for path, definition in cut_definitions().items():
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(as_text(definition), encoding="utf-8")
