"""cfn-lint over the state machine as it is deployed. It never opens a DefinitionUri, so it is given the definition."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from local.engine.stack import load_stack
from tests.support.project import ROOT


def lint(definition: dict[str, Any], folder: Path) -> str:
    """Return what cfn-lint has to say; nothing when all is well."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": definition},
    }
    file = folder / "machine.json"
    file.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}))
    linter = Path(sys.executable).with_name("cfn-lint")
    return subprocess.run([linter, file], capture_output=True, text=True, check=False).stdout


def test_the_substituted_definition_passes(tmp_path: Path) -> None:
    assert lint(json.loads(load_stack(ROOT, {}).definition), tmp_path) == ""


def test_a_field_that_no_state_has_is_found(tmp_path: Path) -> None:
    definition = json.loads(load_stack(ROOT, {}).definition)
    definition["States"]["List stores"]["TimeOutSeconds"] = 5
    assert "TimeOutSeconds" in lint(definition, tmp_path)
