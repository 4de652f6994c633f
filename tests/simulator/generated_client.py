"""The client that is generated from WB's published description, reading a simulator in place of WB.

Runs in an environment of its own (.local/tools/wildberries-sdk), which has nothing of this project. Each line of its
input is a request as JSON, and each line of its output is what came of it: see `read`.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from wildberries_sdk.communications.api.default_api import DefaultApi
from wildberries_sdk.communications.api_client import ApiClient
from wildberries_sdk.communications.configuration import Configuration
from wildberries_sdk.communications.exceptions import ApiException


class SimulatorClient(ApiClient):  # type: ignore[misc] # known only to its own environment
    """Sends to the simulator what the generated methods send to WB's host."""

    def param_serialize(self, *arguments: Any, **named: Any) -> Any:
        """Return the parts of a request, its address below the configuration's host."""
        return super().param_serialize(*arguments, **{**named, "_host": None})


def read(url: str, token: str, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the answer's status, what the models kept of its JSON, and where they refused or lost something.

    `refused` are the fields that the models do not take, `lost` the places of what they left out or changed.
    """
    api = DefaultApi(SimulatorClient(Configuration(host=url, api_key={"HeaderApiKey": token})))
    try:
        got = getattr(api, f"get_v1_seller_{method}_with_http_info")(**arguments)
        status, sent, model = got.status_code, got.raw_data, got.data
    except ValidationError as error:
        return {"refused": [".".join(map(str, field["loc"])) for field in error.errors()]}
    except ApiException as error:
        status, sent, model = error.status, error.body, error.data
    if model is None:
        return {"status": status, "refused": [f"the whole answer of status {status}"]}
    if isinstance(model, bytes):  # a file
        return {"status": status}
    kept = json.loads(model.to_json())
    return {"status": status, "kept": kept, "lost": list(differences(json.loads(sent), kept))}


def differences(sent: Any, kept: Any, place: str = "") -> Iterator[str]:
    """Yield the places in which two JSON values differ."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        for key in {**sent, **kept}:
            yield from differences(sent.get(key, ...), kept.get(key, ...), f"{place}.{key}")
    elif isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        for number, (one, other) in enumerate(zip(sent, kept, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif sent != kept or type(sent) is not type(kept):
        yield place


for line in sys.stdin:
    print(json.dumps(read(**json.loads(line))), flush=True)
