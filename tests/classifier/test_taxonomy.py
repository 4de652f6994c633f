"""The taxonomy is what the database, the models and the people share."""

from classifier.taxonomy import KEYS, TAGS


def test_the_keys_are_the_agreed_ones_and_each_tag_is_described_for_people() -> None:
    assert KEYS == (
        "delivery", "defect", "wrong_item", "return_refund", "size_fit", "product_question",
        "review_change", "thanks", "spam", "other", "undefined",
    )  # fmt: skip
    assert all(tag.title_ru and tag.title_en and tag.description for tag in TAGS)
