"""template.yaml, the state machine file, the folders and the layers say the same: what one names, the others have."""

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml

from chatsync.sleeping_functions import NOT_READY
from database.run_ends import SILENCE_SECONDS
from functions.migrate_database.app import MIGRATION_SECONDS
from functions.prepare_database.app import PATIENT
from local.engine.cloudformation import read_template
from local.installation import deployed_stack
from local.installation.deployed_stack import CHANGE, READ, TOKEN_PREFIX
from tests.support.project import ROOT
from viewer.access import ROLE

TEMPLATE = read_template(ROOT / "template.yaml")
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = {name: body for name, body in RESOURCES.items() if body["Type"] == "AWS::Serverless::Function"}
READER = "chat_reader"
MACHINE_FILE = (ROOT / "statemachine" / "sync.asl.yaml").read_text(encoding="utf-8")
MACHINE = yaml.safe_load(re.sub(r"\$\{(\w+)}", r"SUBSTITUTE-\1", MACHINE_FILE))
SUBSTITUTIONS = RESOURCES["SyncStateMachine"]["Properties"]["DefinitionSubstitutions"]
# Functions that no state invokes, and who does.
BESIDE_THE_MACHINE = {
    "PrepareDatabaseFunction": "CloudFormation, on every deploy",
    "MigrateDatabaseFunction": "PrepareDatabaseFunction",
    "ReadDataFunction": "./chats with --stack, or people by hand",
    "ChangeDataFunction": "./chats with --stack",
    "ViewerFunction": "browsers",
}
OF_THE_MACHINE = {name: body for name, body in FUNCTIONS.items() if name not in BESIDE_THE_MACHINE}
OWN_ERRORS = re.findall(r"^class (\w+)\(", (ROOT / "layers/chatsync/python/chatsync/errors.py").read_text(), re.M)
AWS_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
    "States.ALL",
}
WAKING = {f"Lambda.{error}" for error in NOT_READY}
TRANSIENT = {
    "Wildberries": {"WildberriesUnavailableError", "ParametersUnavailableError"},
    "Database": {"DatabaseUnavailableError"},
    "Classifier": {"ClassifierUnavailableError", "ParametersUnavailableError"},
}


def machines(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield machine
    for state in machine["States"].values():
        if "ItemProcessor" in state:
            yield from machines(state["ItemProcessor"])


def all_states() -> dict[str, dict[str, Any]]:
    return {name: state for machine in machines(MACHINE) for name, state in machine["States"].items()}


TASKS = {name: state for name, state in all_states().items() if state["Type"] == "Task"}


def function_of(state: dict[str, Any]) -> str:
    return str(state["Parameters"]["FunctionName"]).removeprefix("SUBSTITUTE-")


def snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def layer_of(resource: str) -> str:
    layers = [layer["Ref"] for layer in FUNCTIONS[resource]["Properties"]["Layers"] if layer["Ref"] != "ChatsyncLayer"]
    return layers[0].removesuffix("Layer") if layers else ""


def test_state_function_folder_and_resource_share_one_name() -> None:
    for name, state in TASKS.items():
        assert function_of(state) == name.title().replace(" ", "") + "Function"
    folders = {f"functions/{snake_case(name.removesuffix('Function'))}/" for name in FUNCTIONS}
    assert {body["Properties"]["CodeUri"] for body in FUNCTIONS.values()} == folders
    assert {f"functions/{folder.parent.name}/" for folder in (ROOT / "functions").glob("*/app.py")} == folders
    assert {function_of(state) for state in TASKS.values()} == set(OF_THE_MACHINE)


def test_the_machine_uses_every_substitution_and_no_other() -> None:
    assert set(re.findall(r"\$\{(\w+)}", MACHINE_FILE)) == set(SUBSTITUTIONS)
    for name, value in SUBSTITUTIONS.items():
        if name.endswith("Function"):
            assert value == {"Fn::GetAtt": [name, "Arn"]}


def test_the_machine_may_invoke_its_functions_and_no_other() -> None:
    statements = RESOURCES["SyncStateMachine"]["Properties"]["Policies"][0]["Statement"]
    allowed = next(statement for statement in statements if statement["Action"] == "lambda:InvokeFunction")
    assert {resource["Fn::GetAtt"][0] for resource in allowed["Resource"]} == set(OF_THE_MACHINE)


def test_every_state_is_reached_and_every_target_exists() -> None:
    for machine in machines(MACHINE):
        states = machine["States"]
        targets = {machine["StartAt"]}
        for state in states.values():
            targets |= {state[key] for key in ("Next", "Default") if key in state}
            targets |= {branch["Next"] for key in ("Choices", "Catch") for branch in state.get(key, [])}
        assert targets == set(states)


@pytest.mark.parametrize("name", all_states())
def test_a_state_says_what_it_is_for(name: str) -> None:
    assert len(all_states()[name]["Comment"]) > 20


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_a_time_out_and_tries_again_what_may_pass(name: str) -> None:
    state = TASKS[name]
    limit = SUBSTITUTIONS[state["TimeoutSeconds"].removeprefix("SUBSTITUTE-")]
    timeout = FUNCTIONS[function_of(state)]["Properties"].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    assert timeout < limit <= timeout + 30
    transient, throttled, *_ = state["Retry"]  # the third is tests/template/test_waking.py's
    own = {error for error in transient["ErrorEquals"] if error not in AWS_ERRORS}
    assert own == TRANSIENT[layer_of(function_of(state))]
    assert AWS_ERRORS - {"Lambda.TooManyRequestsException", "States.ALL"} <= set(transient["ErrorEquals"])
    tries = 2 if name == "Classify chats" else 3  # a failure of the model's server costs two requests more at most
    assert (transient["IntervalSeconds"], transient["BackoffRate"], transient["MaxAttempts"]) == (1, 2, tries)
    assert transient["JitterStrategy"] == throttled["JitterStrategy"] == "FULL"
    assert throttled["ErrorEquals"] == ["Lambda.TooManyRequestsException"]


def test_every_error_named_in_the_machine_exists() -> None:
    named = {
        error
        for state in all_states().values()
        for branch in [*state.get("Retry", []), *state.get("Catch", [])]
        for error in branch["ErrorEquals"]
    }
    assert named - AWS_ERRORS - WAKING <= set(OWN_ERRORS)


def test_every_step_of_a_store_that_fails_closes_its_run() -> None:
    child = MACHINE["States"]["Each store"]["ItemProcessor"]["States"]
    for name, state in child.items():
        if state["Type"] in {"Task", "Map"} and name != "Fail run":
            assert state["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail run"}]


def test_the_definition_stays_within_what_aws_and_the_local_engine_both_do() -> None:
    assert MACHINE["QueryLanguage"] == "JSONPath"
    for forbidden in ("$$.Execution.StartTime", "States.Format", "startExecution", "&", "<<:"):
        assert forbidden not in MACHINE_FILE
    for state in all_states().values():
        assert state["Type"] != "Choice" or "Default" in state


def test_no_run_is_silent_for_longer_than_its_lease_allows() -> None:
    """Between two saves lie at most a function without the database and the next save, each at its slowest."""

    def slowest(state: dict[str, Any]) -> float:
        limit: int = SUBSTITUTIONS[state["TimeoutSeconds"].removeprefix("SUBSTITUTE-")]
        tries, total = 1, 0.0
        for retry in state["Retry"]:
            tries += retry["MaxAttempts"]
            for attempt in range(retry["MaxAttempts"]):
                delay = retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt
                total += min(delay, retry.get("MaxDelaySeconds", delay))
        # A throttle, and a function that sleeps, are answered at once: these cost their delay only.
        at_once = sum(retry["MaxAttempts"] for retry in state["Retry"][1:])
        return float(total + limit * (tries - at_once))

    saves = max(slowest(state) for name, state in TASKS.items() if layer_of(function_of(state)) == "Database")
    others = max(slowest(state) for name, state in TASKS.items() if layer_of(function_of(state)) != "Database")
    assert saves + others < SILENCE_SECONDS < 24 * 3600


def test_the_zones_share_no_secret() -> None:
    for name, body in FUNCTIONS.items():
        policies = body["Properties"].get("Policies", [{"Statement": []}])
        actions = {str(statement["Action"]) for statement in policies[0]["Statement"]}
        variables = set(body["Properties"]["Environment"]["Variables"])
        database = layer_of(name) == "Database"
        assert ("VpcConfig" in body["Properties"]) == ("DATABASE_URL" in variables) == database
        assert ("rds-db:connect" in actions) == (database and name != "MigrateDatabaseFunction")
        assert not (database and actions & {"ssm:GetParameter", "secretsmanager:GetSecretValue"})
        assert not (database and variables & {"WB_API_URL", "TOKEN_PARAMETER_PREFIX", "OPENAI_KEY_SECRET"})


def test_all_functions_share_what_decides_which_labels_are_stale() -> None:
    shared = {"CLASSIFIER", "TAXONOMY_FILE", "AUTOMATIC_FILE"}
    assert shared <= set(TEMPLATE["Globals"]["Function"]["Environment"]["Variables"])
    for body in FUNCTIONS.values():
        assert not shared & set(body["Properties"].get("Environment", {}).get("Variables", {}))


def test_a_run_and_its_estimate_have_the_same_budgets() -> None:
    listed, estimated = (
        {name: value for name, value in variables(function).items() if name.startswith("LABEL_")}
        for function in ("SaveHistoryFunction", "ReadDataFunction")
    )
    assert listed == estimated
    assert len(listed) == 5


def variables(function: str) -> dict[str, Any]:
    found: dict[str, Any] = FUNCTIONS[function]["Properties"]["Environment"]["Variables"]
    return found


def test_no_function_at_the_database_runs_before_its_tables_are_there() -> None:
    for name, body in FUNCTIONS.items():
        waits = layer_of(name) == "Database" and name != "MigrateDatabaseFunction"
        assert (body.get("DependsOn") == "PreparedDatabase") == waits


def test_the_functions_of_the_machine_that_reach_the_database_can_be_limited() -> None:
    for name, body in OF_THE_MACHINE.items():
        limited = "ReservedConcurrentExecutions" in body["Properties"]
        assert limited == (layer_of(name) == "Database")


def test_who_waits_for_the_migrations_waits_longer_than_they_may_take() -> None:
    waiting, migrating = (FUNCTIONS[name]["Properties"]["Timeout"] for name in list(BESIDE_THE_MACHINE)[:2])
    assert MIGRATION_SECONDS < migrating < cast(Any, PATIENT).read_timeout < waiting
    assert waiting < RESOURCES["PreparedDatabase"]["Properties"]["ServiceTimeout"]


def test_the_commands_find_what_they_invoke_in_the_outputs_and_wait_longer_than_it_may_take() -> None:
    outputs = TEMPLATE["Outputs"]
    assert TOKEN_PREFIX in outputs
    for name in (READ, CHANGE):
        assert outputs[name]["Value"] == {"Ref": name}
        assert FUNCTIONS[name]["Properties"]["Timeout"] < cast(Any, deployed_stack.PATIENT).read_timeout


def test_every_function_has_a_log_group_of_its_own_that_ends() -> None:
    for name, body in FUNCTIONS.items():
        group = body["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert group == name.removesuffix("Function") + "LogGroup"
        assert RESOURCES[group]["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}


def test_the_viewer_has_a_user_of_its_own_and_no_address_without_a_login() -> None:
    properties = FUNCTIONS["ViewerFunction"]["Properties"]
    url = properties["Environment"]["Variables"]["DATABASE_URL"]["Fn::Sub"]
    assert url.startswith(f"postgresql://{ROLE}@")
    assert properties["Policies"][0]["Statement"][0]["Resource"]["Fn::Sub"].endswith(f"/{ROLE}")
    assert [event["Type"] for event in properties["Events"].values()] == ["HttpApi"]
    api = RESOURCES["ViewerApi"]["Properties"]["Auth"]
    assert api["DefaultAuthorizer"] in api["Authorizers"]
    for name in ("ViewerApi", "ViewerFunction", "ViewerLayer", "ViewerLogGroup"):
        assert RESOURCES[name]["Condition"] == "HasViewer"


def test_who_answers_people_logs_in_as_the_role_that_may_only_read() -> None:
    properties = FUNCTIONS["ReadDataFunction"]["Properties"]
    assert properties["Environment"]["Variables"]["DATABASE_URL"]["Fn::Sub"].startswith(f"postgresql://{READER}@")
    assert properties["Policies"][0]["Statement"][0]["Resource"]["Fn::Sub"].endswith(f"/{READER}")
    assert f"CREATE ROLE {READER} NOLOGIN" in (ROOT / "migrations" / "0012_people.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("layer", ["chatsync", "wildberries", "database", "classifier", "reading", "viewer"])
def test_a_layers_libraries_are_its_own(layer: str) -> None:
    """openai only where classifying, pg8000 only where the database is, roots of trust only where WB is asked."""
    locked = (ROOT / "layers" / layer / "requirements.txt").read_text(encoding="utf-8")
    owners = {
        "certifi": "wildberries",
        "pyjwt": "wildberries",
        "pg8000": "database",
        "openai": "classifier",
        "jinja2": "viewer",
    }
    for library, owner in owners.items():
        assert (f"\n{library}==" in f"\n{locked}") == (owner == layer)
    assert "://" not in locked
