"""A moto that has changed, or a machine it cannot run, must stop the engine at its start."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
    DistributedItemProcessorWorker as DistributedWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import IterationWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from local.engine.clock import VirtualClock
from local.engine.engine import Engine
from local.engine.interpreter import interpreter
from local.engine.moto_without_ec2 import LEFT_OUT, import_moto
from local.engine.observation import EngineBrokenError
from local.engine.stack import StackInvalidError
from tests.support.project import ROOT

SEAMS = [
    (lambda_eval_utils, "_invoke_lambda_function"),
    (WaitFunction, "_wait_interval"),
    (retrier_decl.RetrierDecl, "_eval_body"),
    (IterationWorker, "_eval_pool"),
    (DistributedWorker, "_eval_pool"),
    (DistributedWorker, "_eval_job"),
    (ExecutionWorker, "_execution_logic"),
    (AmazonStateLanguageParser, "parse"),
    (json_path, "parse"),
    (result_path, "parse"),
    (EvalComponent, "_log_exception"),
    (EvalComponent, "_log_failure_event_exception"),
]


def names(seam: Any) -> str:
    return seam if isinstance(seam, str) else seam.__name__.rpartition(".")[2]


@pytest.mark.parametrize(("owner", "name"), SEAMS, ids=names)
def test_a_seam_that_is_gone_is_named(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(owner, name)
    with pytest.raises(EngineBrokenError, match=name), interpreter(MagicMock()):
        pass


@pytest.mark.parametrize(("owner", "name"), SEAMS, ids=names)
def test_a_seam_with_other_parameters_is_named(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(surprise: object) -> None: ...

    monkeypatch.setattr(owner, name, changed)
    with pytest.raises(EngineBrokenError, match=name), interpreter(MagicMock()):
        pass


def test_a_retry_that_sleeps_elsewhere_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(retrier_decl, "time")
    with pytest.raises(EngineBrokenError, match="time"), interpreter(MagicMock()):
        pass


def test_an_engine_runs_without_motos_ec2_and_leaves_it_importable(toy: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from local.engine.clock import VirtualClock
from local.engine.engine import Engine
with Engine(Path({str(toy)!r}), VirtualClock()) as engine:
    engine.put_secret_parameter("/a", "b")
    print(engine.run({{"stores": [{{"store_id": "a"}}]}}).status)
print(*("moto." + name + ".models" in sys.modules for name in ("ec2", "batch")))
from moto.ec2 import ec2_backends
from moto.batch.models import BatchBackend
print(hasattr(ec2_backends["123456789012"], "keys"))
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["SUCCEEDED", "False", "False", "True"], run.stderr


def test_a_moto_without_the_package_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEFT_OUT, "moto.no_such_service", {})
    with pytest.raises(EngineBrokenError, match="no_such_service"):
        import_moto()


def test_every_seam_is_put_back() -> None:
    before = [getattr(owner, name) for owner, name in SEAMS]
    level = logging.getLogger("moto").level
    with interpreter(MagicMock()):
        assert all(getattr(owner, name) is not old for (owner, name), old in zip(SEAMS, before, strict=True))
        assert not logging.getLogger("moto.stepfunctions").isEnabledFor(logging.CRITICAL)
    assert [getattr(owner, name) for owner, name in SEAMS] == before
    assert logging.getLogger("moto").level == level


def test_a_file_that_is_no_state_machine_is_refused(toy: Path, tmp_path: Path) -> None:
    root = tmp_path / "bad"
    shutil.copytree(toy, root, symlinks=True)
    (root / "statemachine" / "toy.asl.yaml").write_text("StartAt: Nowhere\nStates: 3\n")
    with pytest.raises(StackInvalidError, match="state machine file is not valid"), Engine(root, VirtualClock()):
        pass


def test_an_engine_that_could_not_start_leaves_room_for_the_next(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(StackInvalidError), Engine(tmp_path, VirtualClock()):
        pass
    with Engine(toy, VirtualClock()) as engine:
        assert engine.stack.functions
