import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from local.engine.stack import Stack, StackInvalidError, load_stack

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edited(toy: Path, tmp_path: Path) -> Edit:
    """Returns the root of a copy of the toy stack with one text replaced in one of its files."""

    def edit(file: str, old: str, new: str) -> Path:
        root = tmp_path / "edited"
        shutil.copytree(toy, root, symlinks=True, dirs_exist_ok=True)
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))
        return root

    return edit


@pytest.fixture(scope="module")
def stack(toy: Path) -> Stack:
    return load_stack(toy, {})


def test_a_function_is_named_after_its_folder(stack: Stack, toy: Path) -> None:
    spec = stack.functions["SyncStoreFunction"]
    assert spec.name == "sync_store"
    assert spec.arn == "arn:aws:lambda:eu-central-1:123456789012:function:sync_store"
    assert spec.folder == (toy / "functions" / "sync_store").resolve()
    assert spec.layers == ("words",)


def test_globals_hold_where_a_function_says_nothing(stack: Stack) -> None:
    assert (stack.functions["ReportFunction"].timeout_seconds, stack.functions["ReportFunction"].memory_mb) == (5, 256)
    assert (stack.functions["SyncStoreFunction"].timeout_seconds) == 1
    assert stack.functions["ReportFunction"].environment["GREETING"] == "hello from local"
    assert stack.functions["SyncStoreFunction"].environment["GREETING"] == "own hello"
    assert stack.functions["SyncStoreFunction"].environment["PAGES_BUCKET"] == stack.buckets["PagesBucket"]


def test_reserved_concurrency_is_read(stack: Stack) -> None:
    assert stack.functions["IsolationFunction"].reserved_concurrency == 1
    assert stack.functions["ReportFunction"].reserved_concurrency is None


def test_a_condition_decides_over_variables_and_resources(toy: Path) -> None:
    quiet, verbose = load_stack(toy, {}), load_stack(toy, {"Verbose": "yes"})
    assert "LEVEL" not in quiet.functions["SyncStoreFunction"].environment
    assert verbose.functions["SyncStoreFunction"].environment["LEVEL"] == "DEBUG"
    assert "NeverFunction" not in verbose.functions


def test_given_environment_is_merged_over_every_function(toy: Path) -> None:
    stack = load_stack(toy, {}, {"GREETING": "given", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    for spec in stack.functions.values():
        assert spec.environment["GREETING"] == "given"
        assert spec.environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_substitutions_become_names_and_numbers(toy: Path) -> None:
    states = json.loads(load_stack(toy, {"PauseSeconds": "7"}).definition)["States"]
    assert states["Pause"]["Seconds"] == 7
    assert states["Each store"]["MaxConcurrency"] == 2
    assert states["List stores"]["Parameters"]["FunctionName"].endswith(":function:list_stores")


def test_the_machine_has_the_name_of_the_template(stack: Stack) -> None:
    assert stack.machine_name == "local-toy"


def test_a_parameter_that_nothing_uses_needs_no_value(stack: Stack) -> None:
    """Given VpcId without a Default, when only a function that does not exist uses it, then the stack loads."""
    assert stack.functions


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("template.yaml", "functions/report/", "functions/nowhere/", "folder of ReportFunction does not exist"),
        ("template.yaml", "Handler: app.handler", "Handler: main.handler", "names the handler main.handler"),
        ("template.yaml", "!Ref WordsLayer", "!Ref OtherLayer", "no parameter or resource named OtherLayer"),
        ("template.yaml", "!Ref WordsLayer", '"arn:aws:lambda:x:1"', "a layer that is not in the template"),
        ("template.yaml", "Type: String, Default: hello", "Type: String", "Greeting has no Default"),
        ("template.yaml", "[IsVerbose, DEBUG", "[Absent, DEBUG", "no condition named Absent"),
        ("template.yaml", '!Join [" ", [own, ', "!Cidr [1, [own, ", "Fn::Cidr is not supported"),
        ("template.yaml", "AWS::Serverless::StateMachine", "AWS::Other", "exactly one AWS::Serverless::StateMachine"),
        ("template.yaml", "Resources:", "Things:", "not a CloudFormation template"),
        ("template.yaml", "Resources:", "Resources: [", "cannot be read as a template"),
        ("template.yaml", "toy.asl.yaml", "other.asl.yaml", "state machine file"),
        ("statemachine/toy.asl.yaml", "${PauseSeconds}", "${Pause}", r"uses \$\{Pause\}, which"),
        ("statemachine/toy.asl.yaml", "States:", "States: [", "state machine file"),
    ],
)
def test_a_stack_that_cannot_run_says_why(edited: Edit, file: str, old: str, new: str, says: str) -> None:
    with pytest.raises(StackInvalidError, match=says):
        load_stack(edited(file, old, new), {})


def test_a_missing_layer_folder_is_named(edited: Edit) -> None:
    root = edited("template.yaml", "Layers: [!Ref WordsLayer]", "Layers: [!Ref WordsLayer]")
    shutil.rmtree(root / "layers")
    with pytest.raises(StackInvalidError, match="folder of a layer of SyncStoreFunction does not exist"):
        load_stack(root, {})


def test_an_unknown_parameter_is_refused(toy: Path) -> None:
    with pytest.raises(StackInvalidError, match="no parameter named Puase"):
        load_stack(toy, {"Puase": "1"})
