"""`make screenshots`: two pictures for the README, of the simulator's stores in a database of their own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), *map(str, sorted((ROOT / "layers").glob("*/python")))]

from database import connection  # noqa: E402
from local.engine.postgres import Postgres  # noqa: E402
from tests.support.browser import CHROMIUM, chromium, opened  # noqa: E402
from tests.support.serving import serving  # noqa: E402

SIZE = (1200, 740)
MOSCOW = {"timezone_id": "Europe/Moscow", "locale": "en-GB", "color_scheme": "light"}
# A chat in which all there is to see is seen: both sides, several days, attachments.
LIVELIEST = """
    SELECT chats.store_id, chats.id FROM chats JOIN chat_messages ON chat_id = chats.id WHERE chats.rid IS NOT NULL
    GROUP BY chats.store_id, chats.id
    ORDER BY bool_or(attachments <> '[]') DESC, count(DISTINCT sender) DESC, count(*) DESC, chats.id LIMIT 1
"""


def main() -> int:
    """Sync the simulated stores, and take the pictures."""
    if CHROMIUM is None:
        print("There is no Chromium on this machine. Install it with: apt-get update && apt-get install -y chromium")
        return 1
    with tempfile.TemporaryDirectory(prefix="chat-history-sync-") as folder:
        Path(folder).chmod(0o711)
        with Postgres(Path(folder) / "data", durable=False) as server:
            _sync(server.url)
            store_id, chat_id = connection.connect(connection.read_address(server.url)).run(LIVELIEST)[0]
            _take(server.url, f"/chats?{urlencode({'of': store_id, 'chat': chat_id})}")
    return 0


def _sync(database: str) -> None:
    """Exit code 1 is expected: one of the stores has an expired token."""
    environment = {name: value for name, value in os.environ.items() if name not in {"WB_API_URL", "CLASSIFIER"}}
    done = subprocess.run(
        [sys.executable, "-m", "local", "sync"], cwd=ROOT, env=environment | {"DATABASE_URL": database}, check=False
    )
    assert done.returncode in {0, 1}


def _take(database: str, chat: str) -> None:
    with serving(database) as site, chromium() as browser, opened(browser, site, SIZE, **MOSCOW) as page:
        for name, address in {"chats": "/chats?q=деньги", "chat": chat}.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            file = ROOT / "docs" / f"viewer-{name}.png"
            page.screenshot(path=file)
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
