"""The taxonomy is what the database, the models and the people share."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatsync.errors import ClassifierRefusedError
from chatsync.taxonomy import OWN_FILE, read_taxonomy
from classifier.taxonomy import CAUSE_KEYS, CAUSES, KEYS, TAGS, TAXONOMY

OWN = OWN_FILE.read_text("utf-8")


WITHOUT_CAUSES = re.sub(r'(?s)# One cause a chat.*?"""\n.*?"""\n', "", OWN.partition("[[causes]]")[0])


def test_the_keys_are_the_agreed_ones_and_each_is_described_for_people() -> None:
    assert KEYS == (
        "delivery", "defect", "wrong_item", "return_refund", "size_fit", "product_question",
        "review_change", "thanks", "spam", "other", "undefined",
    )  # fmt: skip
    assert CAUSE_KEYS == (
        "broken", "not_as_described", "wrong_item", "incomplete", "packaging", "late", "size", "price_money",
        "instructions", "nothing",
    )  # fmt: skip
    entries = TAGS + CAUSES
    assert all(entry.title_ru and entry.title_en and entry.description for entry in entries)
    assert all(len(entry.examples) == 2 for entry in entries)
    assert TAXONOMY.version and "outweighs" in TAXONOMY.ties and "demand rests on" in TAXONOMY.cause_ties


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("[[tags]]", "[[tags", "not valid TOML"),
        ('version = "2"', "", "the file has no version"),
        ('version = "2"', "version = 1", "version is no text"),
        ('version = "2"', 'version = "2"\nlanguage = "ru"', "the file has an unknown 'language'"),
        ('title_ru = "Доставка"', "", "tag 1 has no title_ru"),
        ('title_ru = "Доставка"', 'title_ru = " "', "title_ru of tag 1 is no text"),
        ('title_ru = "Доставка"', 'title_ru = "Доставка"\ntitle_de = "a"', "tag 1 has an unknown 'title_de'"),
        ('key = "defect"', 'key = "delivery"', "the key 'delivery' of a tag stands there twice"),
        ('key = "defect"', 'key = "Брак"', "the key 'Брак' is not made of small Latin letters, digits and _"),
        ('key = "undefined"', 'key = "unknown"', "the tag 'undefined' is missing"),
        ('examples = ["Здравствуйте", "👍"]', 'examples = ["Здравствуйте"]', "examples of tag 11 are not 2 texts"),
        ("cause_ties = ", "ties_of_causes = ", "the file has no cause_ties"),
        ("[[causes]]", "[[reasons]]", "the file has an unknown 'reasons'"),
        ('title_en = "Late or lost"', "", "cause 6 has no title_en"),
        ('key = "late"', 'key = "broken"', "the key 'broken' of a cause stands there twice"),
        ('key = "nothing"', 'key = "none"', "the cause 'nothing' is missing"),
        ('examples = ["В карточке написано шерсть, на бирке акрил", ', 'examples = ["", ', "examples of cause 2"),
    ],
)
def test_given_a_faulty_file_when_read_then_the_error_says_what_is_wrong_where(
    tmp_path: Path, old: str, new: str, wrong: str
) -> None:
    file = tmp_path / "own.toml"
    assert old in OWN
    file.write_text(OWN.replace(old, new, 1), "utf-8")

    with pytest.raises(ClassifierRefusedError, match=f"{re.escape(str(file))} cannot be used: .*{re.escape(wrong)}"):
        read_taxonomy(file)


def test_given_a_file_with_tags_that_are_no_tables_when_read_then_it_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('version = "1"\nties = "none"\ntags = ["delivery"]', "utf-8")

    with pytest.raises(ClassifierRefusedError, match=r"tags are no \[\[tags\]\] tables"):
        read_taxonomy(file)


def test_given_an_owners_file_without_causes_when_read_then_ours_hold_and_are_part_of_its_version(
    tmp_path: Path,
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(WITHOUT_CAUSES.replace('version = "2"', 'version = "tea-1"'), "utf-8")

    read = read_taxonomy(file)

    assert "\ncause_ties" not in WITHOUT_CAUSES and "[[causes]]" not in WITHOUT_CAUSES
    assert (read.tags, read.causes, read.cause_ties) == (TAGS, CAUSES, TAXONOMY.cause_ties)
    assert read.version == f"tea-1+causes-{TAXONOMY.version}"


def test_given_a_faulty_file_without_causes_when_read_then_its_own_fault_is_named(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(WITHOUT_CAUSES.replace('version = "2"', ""), "utf-8")

    with pytest.raises(ClassifierRefusedError, match="the file has no version"):
        read_taxonomy(file)


def test_given_no_file_when_read_then_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClassifierRefusedError, match="it cannot be read"):
        read_taxonomy(tmp_path / "none.toml")


def test_given_an_operators_taxonomy_when_classified_then_the_keywords_give_only_its_tags(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    head, *tags = OWN.split("[[tags]]")
    kept = [tag for tag in tags if 'key = "defect"' not in tag]
    file.write_text("[[tags]]".join([head, *kept]), "utf-8")
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}; from classifier.dictionary.provider import KeywordsProvider; "
        "from classifier.dictionary.terms import read_text, terms_in; "
        "print([term.tag for term in terms_in(read_text('брак, где заказ'), 'terms') if term.tag])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"TAXONOMY_FILE": str(file)}
    )

    assert done.stdout.strip() == "['delivery']"
