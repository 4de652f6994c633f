"""`./chats view`: the handler behind HTTP, for the browsers of this machine only."""

import http.client
import re
import socket
import stat
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from local.view.key import kept_key
from local.view.server import LARGEST_BODY, LOCKED, ViewerServer
from tests.support.program import Program
from tests.support.project import own_copy
from tests.support.serving import Site
from tests.support.shown_rows import a_message, given
from tests.support.stored import rows


@pytest.fixture
def site(served: Site, emptied: str) -> Site:
    given(a_message(1, "Где мой заказ?", 60))
    return served


def ask(site: Site, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    sent["Cookie"] = "; ".join(filter(None, (site.cookie, sent.get("Cookie"))))
    connection.request(method, path, body.encode() or None, sent)
    answered = connection.getresponse()
    text = answered.read().decode()
    connection.close()
    return answered.status, text, dict(answered.getheaders())


def test_a_manager_reads_and_labels_over_http(site: Site) -> None:
    status, body, headers = ask(site, "GET", "/chat?store=shop&id=1%3Achat-0")
    assert status == 200
    assert "Где мой заказ?" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    token = re.search(r'name="token" value="([^"]+)"', body)
    assert token is not None
    cookie = headers["Set-Cookie"].partition(";")[0]
    fields = {"token": token[1], "store": "shop", "chat": "1:chat-0", "alone": "1", "tag": "delivery"}
    form = urlencode(fields)
    assert ask(site, "POST", "/label", form, Cookie=cookie, Origin="http://evil.example")[0] == 403
    assert rows("SELECT tag FROM chats") == [{"tag": None}]
    status, _, headers = ask(site, "POST", "/label", form, Cookie=cookie, Origin=site.address)
    assert (status, headers["Location"]) == (303, "/chat?store=shop&id=1%3Achat-0&done=1#labels")
    assert rows("SELECT tag FROM chats") == [{"tag": "delivery"}]
    assert ask(site, "HEAD", "/")[:2] == (200, "")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "", "[::1]:{port}"])
def test_a_page_under_another_name_shows_nothing(site: Site, host: str) -> None:
    """DNS rebinding: a web page's own name leads here, so that its scripts may read the answer."""
    status, body, _ = ask(site, "GET", "/chats", Host=host.format(port=site.port))
    assert status == 421
    assert "Анна" not in body
    assert ask(site, "GET", "/chats", Host=f"localhost:{site.port}")[0] == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("localhost", 200), ("localhost:80", 200), ("evil.example", 421)],
)
def test_browsers_leave_the_port_of_http_out(host: str, status: int) -> None:
    with ViewerServer(0, "key", lambda event: {"statusCode": 200}) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        site, server.server_port = Site(server.server_port, "key"), 80  # which not everybody may listen on
        answered = ask(site, "GET", "/", Host=host)
        server.shutdown()
    assert answered[0] == status


def test_who_was_not_told_the_key_learns_nothing(site: Site) -> None:
    """Given other users of this machine, who reach the port too, then no page, file or form answers them."""
    for wrong in ("", "guessed", f"{site.key[:-1]}?", "ключ"):
        stranger = Site(site.port, quote(wrong))
        for method, path in (("GET", "/chats"), ("GET", f"/?key={quote(wrong)}"), ("HEAD", "/"), ("POST", "/label")):
            status, body, headers = ask(stranger, method, path, "tag=delivery" if method == "POST" else "")
            assert (status, "Set-Cookie" in headers) == (403, False)
            assert body in {LOCKED, ""}
        assert ask(stranger, "GET", "/assets/viewer.css")[0] == 403


def test_the_printed_address_lets_a_browser_in_for_good_and_leaves_no_key_in_the_next_one(site: Site) -> None:
    status, body, headers = ask(
        Site(site.port), "GET", f"/chats?store=shop&key={site.key}&q=%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7"
    )
    assert (status, body, headers["Location"]) == (303, "", "/chats?store=shop&q=%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7")
    assert headers["Set-Cookie"] == f"{site.cookie}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    assert "Где мой" in ask(site, "GET", headers["Location"])[1]


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example"])
def test_the_key_leads_nowhere_else(site: Site, path: str) -> None:
    location = ask(Site(site.port), "GET", f"{path}?key={site.key}")[2]["Location"]
    assert re.match(r"/(?!/)", location)


def test_the_key_is_kept_and_made_anew_where_others_could_read_it(tmp_path: Path) -> None:
    file = tmp_path / "view.key"
    key = kept_key(file)
    assert kept_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    shown_to_others = key
    key = kept_key(file)
    assert key != shown_to_others
    file.write_bytes(bytes(len(key)))  # a power cut
    assert kept_key(file) not in {key, shown_to_others}
    assert [each.name for each in tmp_path.iterdir()] == ["view.key"]


def test_a_header_of_the_browser_cannot_pass_for_the_servers(site: Site) -> None:
    headers = ask(site, "GET", "/", X_Forwarded_Proto="https")[2]
    assert "__Host-" not in headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Length": str(LARGEST_BODY + 1)}, 413),
        ({"Transfer_Encoding": "chunked"}, 411),
        ({"Content_Length": "-1"}, 411),
    ],
)
def test_a_form_without_end_is_not_read(site: Site, headers: dict[str, str], status: int) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as raw:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        raw.sendall("\r\n".join(["POST /label HTTP/1.1", f"Host: 127.0.0.1:{site.port}", *lines, "", ""]).encode())
        assert raw.recv(1000).decode().startswith(f"HTTP/1.1 {status} ")


def test_it_listens_on_this_machine_only(site: Site) -> None:
    others = [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for address in {str(other) for other in others} - {"127.0.0.1", "127.0.1.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, site.port), timeout=5)


def test_its_log_holds_no_words_of_chats_or_searches(site: Site, monkeypatch: Any) -> None:
    log = own_copy() / ".local" / "logs" / "viewer.log"
    before = log.stat().st_size if log.exists() else 0
    for path in ("/chats?q=%D1%81%D0%B5%D0%BA%D1%80%D0%B5%D1%82", "/chat?store=shop&id=1%3Achat-0", "/chat?id=secret"):
        ask(site, "GET", path)
    with log.open("rb") as written:
        written.seek(before)
        added = written.read().decode()
    for words in ("секрет", "%D1%81%D0%B5", "заказ", "Анна", "secret"):
        assert words not in added


def test_a_port_in_use_is_said(site: Site, emptied: str) -> None:
    with Program("view", "--port", str(site.port), environment={"DATABASE_URL": emptied}) as second:
        assert second.ended() == 1
        assert f"Port {site.port} is not available" in second.seen
