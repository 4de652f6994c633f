"""The values of one entry as models write them. Pure, spelling by spelling."""

import pytest

from classifier.model.answer_values import read_confidence, read_tag


@pytest.mark.parametrize(
    "written",
    ["return_refund", "Return_Refund", " RETURN_REFUND\n", "return refund", "return-refund", '"return_refund"'],
)
def test_a_tag_is_known_however_it_is_spelt(written: str) -> None:
    assert read_tag(written) == "return_refund"


@pytest.mark.parametrize("written", ["", "возврат", "return_refunds", "refund everything", None, 5, ["defect"]])
def test_another_word_is_no_tag(written: object) -> None:
    assert read_tag(written) is None


@pytest.mark.parametrize(
    ("written", "confidence"),
    [
        (0.9, 0.9),
        (0, 0.0),
        (1, 1.0),
        ("0.9", 0.9),
        ("0,9", 0.9),
        (" 0.9 ", 0.9),
        (95, 0.95),
        (95.0, 0.95),
        ("95", 0.95),
        ("95 %", 0.95),
        ("95%", 0.95),
        ("1 %", 0.01),
        (100, 1.0),
    ],
)
def test_a_confidence_is_read_as_a_fraction(written: object, confidence: float) -> None:
    assert read_confidence(written) == pytest.approx(confidence)


@pytest.mark.parametrize(
    "written",
    [
        "high",
        "высокая",
        "",
        None,
        True,
        -0.1,
        "-5 %",
        1.5,
        101,
        "1000 %",
        float("nan"),
        float("inf"),
        10**400,
        [0.9],
        {},
    ],
)
def test_what_is_no_number_of_that_kind_is_no_confidence(written: object) -> None:
    assert read_confidence(written) is None
