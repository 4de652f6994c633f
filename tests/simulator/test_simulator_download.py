"""Files of chats."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.simulator.model import SimulatedStore, StoredFile
from tests.simulator.asking import Ask, Serve, Wait

DOWNLOAD = "/api/v1/seller/download/"
FILES = {
    "jpeg": StoredFile("image/jpeg"),
    "png": StoredFile("image/png"),
    "pdf": StoredFile("application/pdf"),
    "slow": StoredFile("image/png", pending_seconds=30),
    "never": StoredFile("image/png", refused=True),
}


@pytest.mark.parametrize(("name", "begins"), [("jpeg", b"\xff\xd8"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_file_is_sent_with_its_type(serve: Serve, store: SimulatedStore, ask: Ask, name: str, begins: bytes) -> None:
    got = ask(serve(replace(store, files=FILES)), DOWNLOAD + name, store.token)
    assert (got.status, got.headers["Content-Type"]) == (200, FILES[name].content_type)
    assert got.body.startswith(begins)


def test_a_file_under_moderation_is_202_until_its_time(
    serve: Serve, store: SimulatedStore, ask: Ask, wait: Wait
) -> None:
    simulator = serve(replace(store, files=FILES))
    got = ask(simulator, DOWNLOAD + "slow", store.token)
    assert (got.status, got.json) == (202, {"moderationState": "pending", "retrySeconds": 30})
    wait(30)
    assert ask(simulator, DOWNLOAD + "slow", store.token).status == 200


def test_a_refused_file_is_451_and_an_unknown_one_400(serve: Serve, store: SimulatedStore, ask: Ask) -> None:
    simulator = serve(replace(store, files=FILES))
    assert ask(simulator, DOWNLOAD + "never", store.token).status == 451
    got = ask(simulator, DOWNLOAD + "unknown", store.token)
    assert (got.status, got.json["detail"]) == (400, "invalid fileID")
