"""An owner's own patterns of automatic messages, on this machine."""

from pathlib import Path

from local.engine.clock import WallClock
from local.simulator.model import World
from local.simulator.server import Simulator
from tests.support.given import a_store, an_event
from tests.support.program import run, stores_file
from tests.support.stored import rows

AWAY = "Наш магазин закрыт до понедельника, ответим позже"
ANSWERED = "SELECT seller_messages AS n FROM chat_overview"


def test_an_added_pattern_marks_old_and_new_messages_at_the_next_sync(emptied: str, tmp_path: Path) -> None:
    store = a_store([an_event(0), an_event(1, text=f"{AWAY}!")], chats=1)
    added = tmp_path / "mine.toml"
    arguments = ("sync", "--stores", stores_file(tmp_path, [store]))
    with Simulator(World((store,)), WallClock(), limits=False) as wb:
        environment = {"WB_API_URL": wb.url, "DATABASE_URL": emptied}
        assert run(*arguments, environment=environment).returncode == 0
        assert rows(ANSWERED) == [{"n": 1}]

        # Given a list that cannot be used, then nothing is asked for and the sentence says why
        added.write_text('beginnings = ["Привет"]', "utf-8")
        asked = len(wb.requests)
        refused = run(*arguments, environment={**environment, "AUTOMATIC_FILE": str(added)})
        assert (refused.returncode, len(wb.requests)) == (1, asked)
        assert f"error: The list of automatic messages {added} cannot be used: number 1 of beginnings" in " ".join(
            refused.stderr.split()
        )

        # When it is corrected, then what is stored and what comes is marked by it
        added.write_text(f'beginnings = ["{AWAY}"]', "utf-8")
        wb.add_event(store.id, an_event(3, text=AWAY))
        synced = run(*arguments, environment={**environment, "AUTOMATIC_FILE": str(added)})
        assert synced.returncode == 0, synced.stderr
    assert rows(ANSWERED) == [{"n": 0}]
    assert rows("SELECT count(*) AS n FROM chat_messages WHERE automatic") == [{"n": 2}]

    # And who only looks, without the setting, changes nothing
    assert run("status", environment={"DATABASE_URL": emptied}).returncode == 0
    assert rows(ANSWERED) == [{"n": 0}]
