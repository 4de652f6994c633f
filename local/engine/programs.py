"""State machines as moto's interpreter has parsed them, which takes it a third of a second for ours."""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import moto

OWNER_ONLY = 0o600

Parse = Callable[[str], tuple[Any, Any]]


def parsed_once(parse: Parse, kept: Path | None) -> Parse:
    """Return a parser that parses each definition once, and none that an earlier process left in the file `kept`.

    Every call returns a program of its own, as executions keep their state in it, and no syntax tree.
    """
    programs: dict[str, bytes] = {}

    def parse_once(definition: str) -> tuple[Any, None]:
        if definition not in programs:
            programs[definition] = _read(kept, definition) or _parse_and_keep(parse, kept, definition)
        return pickle.loads(programs[definition]), None  # noqa: S301 - sealed, in a folder of its owner's alone

    return parse_once


def _parse_and_keep(parse: Parse, kept: Path | None, definition: str) -> bytes:
    program = pickle.dumps(parse(definition)[0])
    if kept:
        unfinished = kept.with_name(f"{kept.name}.{os.getpid()}")
        with suppress(OSError):  # Then the next process parses it too.
            unfinished.touch(OWNER_ONLY)
            unfinished.write_bytes(_seal(definition, program) + program)
            unfinished.replace(kept)
    return program


def _read(kept: Path | None, definition: str) -> bytes | None:
    """Return the kept program, if it is this definition's and whole."""
    with suppress(OSError):
        if kept:
            content = kept.read_bytes()
            seal = content[: hashlib.sha256().digest_size]
            program = content[len(seal) :]
            if seal == _seal(definition, program):
                return program
    return None


def _seal(definition: str, program: bytes) -> bytes:
    """Return a digest of the program and of all that it depends on: who reads it runs what it says."""
    made_of = f"{sys.version}\n{moto.__version__}\n{definition}\n"
    return hashlib.sha256(made_of.encode() + program).digest()
