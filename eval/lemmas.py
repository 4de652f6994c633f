"""The lemmas of the dictionary's words, kept in a file: to look them all up would take a cold start half a second."""

import json

from classifier.dictionary.book import LEMMAS, book_words
from classifier.dictionary.lemmas import likeliest_lemma


def lemmas_text() -> str:
    """Return the file's text: the words whose lemma is another word, each with it, in alphabetical order."""
    lemmas = {word: likeliest_lemma(word) for word in book_words()}
    changed = {word: lemma for word, lemma in sorted(lemmas.items()) if lemma != word}
    return json.dumps(changed, ensure_ascii=False, indent=0) + "\n"


def write_lemmas() -> None:
    """Write the file beside keywords.json."""
    LEMMAS.write_text(lemmas_text(), "utf-8")
