"""Wrong use and missing things: one sentence that names the next step, the right exit code, and no secret in it."""

from pathlib import Path

import pytest

from database.run_ends import SILENCE_SECONDS
from local import cli
from local.commands import release
from local.installation import database
from tests.support.program import run

SECRET = "eyJhbGciOi.eyJzZWNyZXQ.c2VjcmV0"
STORE = '[[stores]]\nid = "shop"\nname = "ИП Проба"\n'


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the exit code and what was said on stderr; stdout must be empty."""
    exit_code = cli.main(list(arguments))
    said = capsys.readouterr()
    assert said.out == ""
    return exit_code, said.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("", "has no [[stores]] entry"),
        ("[[stores]\n", "is not valid TOML"),
        (f"stores = {'[' * 5000}", "nested too deep"),
        (f"[[stores]]\nid = {'9' * 5000}\n", "is not valid TOML"),
        ("stores = [1]", "entry 1 is not a table"),
        (STORE, "give either token or token_env"),
        (STORE + 'token = "a"\ntoken_env = "B"', "give either token or token_env"),
        (STORE + f'tokn = "{SECRET}"', "unknown key 'tokn'"),
        (f'token = "{SECRET}"\n{STORE}token = "a"', "unknown key 'token' outside of [[stores]]"),
        (STORE + 'token_env = "NOT_SET_ANYWHERE"', "NOT_SET_ANYWHERE is not set"),
        (STORE + f'token_env = "{SECRET}"', "For the token itself use token"),
        (STORE + 'token = ""', "token is missing or not text"),
        (f'[[stores]]\nid = "{SECRET}"\nname = "a"\ntoken = "shop"', "an id may hold only"),
        (f'{STORE}token = "{SECRET}"\n{STORE}token = "{SECRET}"', "the id 'shop' appears twice"),
    ],
)
def test_a_wrong_stores_file_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str | None, sentence: str
) -> None:
    file = tmp_path / "shops.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    exit_code, said = failed(capsys, "sync", "--stores", str(file))
    assert exit_code == 2
    assert sentence in said
    assert str(file) in said
    assert SECRET not in said


@pytest.mark.parametrize("words", [["problems", "--dismiss", "1", "--reason"], ["problems", "--store"], ["chat"]])
def test_an_argument_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main([*words, "\udcff"])  # the byte 0xff, as Python gives it
    assert "an argument is not text in UTF-8" in capsys.readouterr().err


def test_a_stores_file_from_windows_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "shops.toml"
    file.write_text(STORE + 'token = "a"', encoding="utf-8-sig", newline="\r\n")
    assert "There are: shop." in failed(capsys, "sync", "--stores", str(file), "--store", "other")[1]


def test_an_unknown_store_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code, said = failed(capsys, "sync", "--store", "nowhere")
    assert exit_code == 2
    assert "No store 'nowhere' in the simulator. There are: " in said
    assert "turgunov" in said


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("WB_API_URL", "localhost:8080", "must be an address such as http://127.0.0.1:8080"),
        ("WB_API_URL", "https://[::1", "must be an address such as http://127.0.0.1:8080"),
        ("WB_API_URL", "http://127.0.0.1:99999", "must be an address such as http://127.0.0.1:8080"),
        ("WB_API_URL", "http://shop.example", "must start with https://"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x", "must look like postgresql://"),
        ("DATABASE_URL", "postgresql://root:hunt/er2@db:5432/x", "must look like postgresql://"),
        ("LABEL_TOKENS_A_DAY", "a lot", "are whole numbers, not 'a lot'"),
    ],
)
def test_a_wrong_variable_is_wrong_use(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    exit_code, said = failed(capsys, "sync")
    assert exit_code == 2
    assert f"{variable} {sentence}" in said
    assert "er2" not in said


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    done = run("status", environment={"DATABASE_URL": "postgresql://root:hunter2@127.0.0.1:1/x"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_reading_before_any_sync_makes_no_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(database, "KEPT_DATABASE", tmp_path / "postgres")
    exit_code, said = failed(capsys, "status")
    assert exit_code == 1
    assert "Start with `./chats sync`" in said
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_and_an_unknown_chat_are_no_errors_but_nothing_found(
    capsys: pytest.CaptureFixture[str], emptied: str
) -> None:
    assert cli.main(["status"]) == 1
    assert "No store was synced yet" in capsys.readouterr().out
    assert cli.main(["chat", "1:nowhere"]) == 1
    assert "No chat 1:nowhere is stored" in capsys.readouterr().out


def test_no_command_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code, said = failed(capsys)
    assert exit_code == 2
    assert "examples:" in said


COMMANDS = (
    *("sync", "status", "view", "chat", "sql", "label", "estimate", "release", "store", "schedule", "protection"),
    *("simulator", "backup", "restore", "mask", "problems"),
)


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_fits_on_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_how_long_a_dead_run_holds_its_store_is_said_as_it_is() -> None:
    assert f"holds its store for {SILENCE_SECONDS // 60} minutes" in " ".join((release.__doc__ or "").split())


def test_a_terminal_without_cyrillic_is_shown_escapes() -> None:
    done = run("sync", "--help", environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert r"\u0418\u041f" in done.stdout
