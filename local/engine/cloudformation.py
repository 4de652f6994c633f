"""CloudFormation's template language: its YAML tags and the intrinsic functions a local stack needs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml

# ${Name} and ${Name.Attribute} are replaced; ${!Literal} stands for ${Literal}.
PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")

# What AWS::NoValue becomes: the property, or the list item, that holds it disappears.
NO_VALUE = object()


class StackInvalidError(Exception):
    """The template, the state machine file or a folder they name cannot be used; the text says why."""


class Resources(Protocol):
    """What the resources of a stack are called once they exist."""

    def ref(self, logical_id: str) -> str:
        """Return what `Ref` gives for a resource."""

    def attribute(self, logical_id: str, name: str) -> str:
        """Return what `Fn::GetAtt` gives for a resource."""


class _TemplateLoader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms (`!Ref x`) as the long ones (`{"Ref": "x"}`).

    By libyaml: the loader in Python takes most of a second for a template.
    """


def _construct_tag(loader: yaml.CSafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - YAML has no fourth kind of node
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_TemplateLoader.add_multi_constructor("!", _construct_tag)


def read_template(path: Path) -> dict[str, Any]:
    """Return the template with every tag in its long form. Raises StackInvalidError when it is not one."""
    try:
        template = yaml.load(path.read_text(encoding="utf-8"), _TemplateLoader)  # noqa: S506 - derives from CSafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise StackInvalidError(f"{path} cannot be read as a template: {error}") from error
    if not isinstance(template, dict) or "Resources" not in template:
        raise StackInvalidError(f"{path} is not a CloudFormation template: it has no Resources")
    return template


class Resolver:
    """Replaces the intrinsic functions of a template by their values."""

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        pseudo: Mapping[str, str],
        resources: Resources,
    ) -> None:
        self._declared = template.get("Parameters", {})
        self._conditions = template.get("Conditions", {})
        self._logical_ids = template["Resources"].keys()
        self._parameters = parameters
        self._pseudo = pseudo
        self._resources = resources
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Equals": lambda sides: self.resolve(sides[0]) == self.resolve(sides[1]),
            "Fn::Not": lambda conditions: not self.resolve(conditions[0]),
            "Fn::And": lambda conditions: all(self.resolve(one) for one in conditions),
        }
        unknown = sorted(parameters.keys() - self._declared.keys())
        if unknown:
            raise StackInvalidError(f"The template has no parameter named {', '.join(unknown)}")

    def resolve(self, node: Any) -> Any:
        """Return `node` with its intrinsic functions replaced. Raises StackInvalidError for what cannot be resolved."""
        if isinstance(node, list):
            values = [self.resolve(item) for item in node]
            return [value for value in values if value is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in self._functions:
                return self._functions[name](argument)
            if str(name).startswith("Fn::"):
                raise StackInvalidError(f"{name} is not supported by the local engine")
        resolved = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not NO_VALUE}

    def condition(self, name: str) -> bool:
        """Return the value of one of the template's Conditions."""
        if name not in self._conditions:
            raise StackInvalidError(f"The template has no condition named {name}")
        return bool(self.resolve(self._conditions[name]))

    def parameter(self, name: str) -> str | list[str]:
        """Return a parameter's value: always text, as in CloudFormation, or a list of texts for the list types."""
        declared = self._declared[name]
        value = self._parameters.get(name, declared.get("Default"))
        if value is None:
            raise StackInvalidError(f"The parameter {name} has no Default: give it a value")
        if declared.get("Type") == "CommaDelimitedList":
            return [item.strip() for item in str(value).split(",")]
        return as_text(value)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._declared:
            return self.parameter(name)
        return self._resources.ref(self._require_declared(name))

    def _get_att(self, path: list[str]) -> str:
        logical_id, attribute = path
        return self._resources.attribute(self._require_declared(logical_id), attribute)

    def _require_declared(self, logical_id: str) -> str:
        if logical_id not in self._logical_ids:
            raise StackInvalidError(f"The template has no parameter or resource named {logical_id}")
        return logical_id

    def _sub(self, argument: str | list[Any]) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replace(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return as_text(self.resolve(own[name]))
            return as_text(self._get_att(name.split(".", 1)) if "." in name else self._ref(name))

        return PLACEHOLDER.sub(replace, text)

    def _join(self, argument: list[Any]) -> str:
        delimiter, items = argument
        return str(delimiter).join(as_text(item) for item in self.resolve(items))

    def _if(self, argument: list[Any]) -> Any:
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name) else otherwise)


def as_text(value: Any) -> str:
    """Write a scalar the way CloudFormation does: `true`, not Python's `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
