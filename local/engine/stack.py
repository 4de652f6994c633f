"""What `sam deploy` would make of template.yaml, as far as one machine can run it.

Nothing of the template is written twice: functions, layers, limits, environment, buckets and the state machine's
numbers are all read from it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.engine.cloudformation import Resolver, StackInvalidError, as_text, read_template

__all__ = ["FunctionSpec", "Stack", "StackInvalidError", "load_stack"]

ACCOUNT_ID = "123456789012"  # moto's only account
REGION = "eu-central-1"
STACK_NAME = "local"

# SAM's defaults for a function that names none.
DEFAULT_TIMEOUT_SECONDS = 3
DEFAULT_MEMORY_MB = 128

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
MACHINE = "AWS::Serverless::StateMachine"
BUCKET = "AWS::S3::Bucket"

SUBSTITUTION = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True)
class FunctionSpec:
    """One Lambda function of the stack.

    Its name is its folder's. `layers` are package names: the layer resource's logical id without "Layer", lower case.
    `reserved_concurrency` is None when the template reserves none.
    """

    name: str
    logical_id: str
    arn: str
    handler: str
    folder: Path
    layers: tuple[str, ...]
    timeout_seconds: int
    memory_mb: int
    reserved_concurrency: int | None
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Stack:
    """Everything the engine needs to know of a template. `functions` and `buckets` are keyed by logical id."""

    root: Path
    region: str
    machine_name: str
    definition: str
    functions: Mapping[str, FunctionSpec]
    buckets: Mapping[str, str]


def load_stack(root: Path, overrides: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Stack:
    """Return the stack that `root`/template.yaml describes.

    `overrides` are values for the template's parameters; `environment` is merged over every function's own.
    Raises StackInvalidError for an unknown parameter or substitution, a missing folder, or what the engine cannot run.
    """
    template = read_template(root / "template.yaml")
    reader = _Reader(root, template, overrides)
    functions = {logical_id: reader.function(logical_id, environment or {}) for logical_id in reader.ids(FUNCTION)}
    machine = reader.machine_id()
    return Stack(
        root=root,
        region=REGION,
        machine_name=reader.machine_name(machine),
        definition=reader.definition(machine),
        functions=functions,
        buckets={logical_id: reader.bucket_name(logical_id) for logical_id in reader.ids(BUCKET)},
    )


class _Reader:
    """Reads one template; also the names its resources have locally (see cloudformation.Resources)."""

    def __init__(self, root: Path, template: Mapping[str, Any], overrides: Mapping[str, str]) -> None:
        self._root = root
        self._globals: Mapping[str, Any] = template.get("Globals", {}).get("Function", {})
        self._resources: Mapping[str, Any] = template["Resources"]
        pseudo = {
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT_ID,
            "AWS::StackName": STACK_NAME,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._resolver = Resolver(template, overrides, pseudo, self)

    def ids(self, resource_type: str) -> list[str]:
        """Return the logical ids of a type, without those whose Condition is false."""
        return [
            logical_id
            for logical_id, resource in self._resources.items()
            if resource["Type"] == resource_type
            and ("Condition" not in resource or self._resolver.condition(resource["Condition"]))
        ]

    def ref(self, logical_id: str) -> str:
        """Return what `Ref` gives for a resource: a name, or the ARN for layers and state machines."""
        kind = self._resources[logical_id]["Type"]
        if kind == FUNCTION:
            return self._folder(logical_id).name
        if kind == BUCKET:
            return self.bucket_name(logical_id)
        if kind in {LAYER, MACHINE}:
            return self.attribute(logical_id, "Arn")
        return str(self._property(logical_id, "Name", logical_id))

    def attribute(self, logical_id: str, name: str) -> str:
        """Return what `Fn::GetAtt` gives. What has no ARN or life locally answers "<logical id>.<attribute>"."""
        kind = self._resources[logical_id]["Type"]
        if name != "Arn" or kind not in {FUNCTION, LAYER, MACHINE, BUCKET}:
            return f"{logical_id}.{name}"
        if kind == BUCKET:
            return f"arn:aws:s3:::{self.bucket_name(logical_id)}"
        if kind == MACHINE:
            return f"arn:aws:states:{REGION}:{ACCOUNT_ID}:stateMachine:{self.machine_name(logical_id)}"
        lambda_name = f"layer:{logical_id}:1" if kind == LAYER else f"function:{self.ref(logical_id)}"
        return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:{lambda_name}"

    def bucket_name(self, logical_id: str) -> str:
        """Return the template's name for a bucket, or one as CloudFormation would make it."""
        return str(self._property(logical_id, "BucketName", f"{STACK_NAME}-{logical_id.lower()}-{ACCOUNT_ID}"))

    def machine_id(self) -> str:
        """Return the logical id of the stack's one state machine."""
        ids = self.ids(MACHINE)
        if len(ids) != 1:
            raise StackInvalidError(f"The template must have exactly one {MACHINE}, it has {len(ids)}")
        return ids[0]

    def machine_name(self, logical_id: str) -> str:
        """Return the state machine's name."""
        return str(self._property(logical_id, "Name", logical_id))

    def definition(self, logical_id: str) -> str:
        """Return the state machine file as JSON, its substitutions replaced.

        They are replaced in the file's text, as CloudFormation does: an unquoted ${Seconds} in YAML becomes a number.
        """
        path = self._root / str(self._property(logical_id, "DefinitionUri"))
        substitutions = self._property(logical_id, "DefinitionSubstitutions", {})

        def replace(match: re.Match[str]) -> str:
            if match[1] not in substitutions:
                raise StackInvalidError(
                    f"{path.name} uses ${{{match[1]}}}, which DefinitionSubstitutions does not define"
                )
            return as_text(substitutions[match[1]])

        try:
            states = yaml.load(SUBSTITUTION.sub(replace, path.read_text(encoding="utf-8")), yaml.CSafeLoader)
        except (OSError, yaml.YAMLError) as error:
            raise StackInvalidError(f"The state machine file {path} cannot be read: {error}") from error
        return json.dumps(states, ensure_ascii=False)

    def function(self, logical_id: str, environment: Mapping[str, str]) -> FunctionSpec:
        """Return a function with the template's Globals and `environment` merged in."""
        reserved = self._setting(logical_id, "ReservedConcurrentExecutions", None)
        return FunctionSpec(
            name=self.ref(logical_id),
            logical_id=logical_id,
            arn=self.attribute(logical_id, "Arn"),
            handler=self._handler(logical_id),
            folder=self._folder(logical_id),
            layers=self._layers(logical_id),
            timeout_seconds=int(self._setting(logical_id, "Timeout", DEFAULT_TIMEOUT_SECONDS)),
            memory_mb=int(self._setting(logical_id, "MemorySize", DEFAULT_MEMORY_MB)),
            reserved_concurrency=None if reserved is None else int(reserved),
            environment={**self._environment(logical_id), **environment},
        )

    def _folder(self, logical_id: str) -> Path:
        folder = self._root / str(self._setting(logical_id, "CodeUri"))
        if not folder.is_dir():
            raise StackInvalidError(f"The folder of {logical_id} does not exist: {folder}")
        return folder.resolve()

    def _handler(self, logical_id: str) -> str:
        handler = str(self._setting(logical_id, "Handler"))
        module = self._folder(logical_id) / (handler.rpartition(".")[0].replace(".", "/") + ".py")
        if not module.is_file():
            raise StackInvalidError(f"{logical_id} names the handler {handler}, but there is no {module}")
        return handler

    def _layers(self, logical_id: str) -> tuple[str, ...]:
        """Return the packages of a function's layers; SAM adds its own to those of the Globals.

        A layer from another folder than layers/ carries data instead of Python.
        """
        arns = self._resolved(self._globals, "Layers", []) + self._property(logical_id, "Layers", [])
        packages = {self.attribute(layer, "Arn"): self._package(layer) for layer in self.ids(LAYER)}
        for arn in arns:
            if arn not in packages:
                raise StackInvalidError(f"{logical_id} uses a layer that is not in the template: {arn}")
            package = packages[arn]
            if package and not (folder := self._root / "layers" / package / "python").is_dir():
                raise StackInvalidError(f"The folder of a layer of {logical_id} does not exist: {folder}")
        return tuple(package for arn in arns if (package := packages[arn]) is not None)

    def _package(self, layer: str) -> str | None:
        is_python = str(self._property(layer, "ContentUri")).rstrip("/") == "layers"
        return layer.removesuffix("Layer").lower() if is_python else None

    def _environment(self, logical_id: str) -> dict[str, str]:
        shared = self._resolved(self._globals, "Environment", {}).get("Variables", {})
        own = self._property(logical_id, "Environment", {}).get("Variables", {})
        return {name: as_text(value) for name, value in {**shared, **own}.items()}

    def _setting(self, logical_id: str, name: str, *default: Any) -> Any:
        """Return a function's property, or that of the Globals."""
        if name in self._resources[logical_id]["Properties"] or name not in self._globals:
            return self._property(logical_id, name, *default)
        return self._resolver.resolve(self._globals[name])

    def _property(self, logical_id: str, name: str, *default: Any) -> Any:
        properties = self._resources[logical_id].get("Properties", {})
        if name not in properties and not default:
            raise StackInvalidError(f"{logical_id} has no {name}")
        return self._resolved(properties, name, *default)

    def _resolved(self, properties: Mapping[str, Any], name: str, *default: Any) -> Any:
        """Resolve one property; an AWS::NoValue counts as absent."""
        resolved = self._resolver.resolve({name: properties[name]}) if name in properties else {}
        return resolved.get(name, *default)
