"""Writes the lemmas of the words of keywords.json beside it: to look them all up would take a cold start half a second.

Run it after a change of keywords.json: .venv/bin/python eval/lemmas.py
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "layers" / layer / "python") for layer in ("chatsync", "classifier")]

from classifier.dictionary.lemmas import likeliest_lemma  # noqa: E402
from classifier.dictionary.terms import LEMMAS, book_words  # noqa: E402


def text() -> str:
    """Return the file's text: the words whose lemma is another word, each with it, in alphabetical order."""
    lemmas = {word: likeliest_lemma(word) for word in book_words()}
    changed = {word: lemma for word, lemma in sorted(lemmas.items()) if lemma != word}
    return json.dumps(changed, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    LEMMAS.write_text(text(), "utf-8")
