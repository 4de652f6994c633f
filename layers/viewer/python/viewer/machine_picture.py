"""The state machine's picture with a sync that goes on: how many stores are in each state.

`make graph` draws the picture from the definition; here its busy states only get their counts.
"""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup

PICTURE = Path(__file__).with_name("assets") / "state-machine.svg"
SVG = "http://www.w3.org/2000/svg"
BADGE_HEIGHT, BADGE_PADDING, DIGIT_WIDTH, TEXT_BELOW = 20, 12, 8, 4  # px


def draw_live_run(counts: Mapping[str, int]) -> Markup:
    """Return the picture as SVG for a web page, with each count at its state's corner, and all of them in words."""
    ElementTree.register_namespace("", SVG)
    picture = ElementTree.fromstring(PICTURE.read_text(encoding="utf-8"))  # noqa: S314 - our own file
    words = []
    for state in picture.iter(f"{{{SVG}}}g"):
        name = state.findtext(f"{{{SVG}}}title", "")
        if count := counts.get(name, 0):
            _add_count(state, count)
            words.append(f"{name}: {count}.")
    picture.attrib |= {"role": "img", "aria-label": " ".join(words)}
    return Markup(ElementTree.tostring(picture, encoding="unicode"))  # noqa: S704 - escaped by ElementTree


def _add_count(state: ElementTree.Element, count: int) -> None:
    box = state.find(f"{{{SVG}}}rect")
    if box is None:
        return
    right, top = float(box.get("x", 0)) + float(box.get("width", 0)), float(box.get("y", 0))
    width = BADGE_PADDING + DIGIT_WIDTH * len(str(count))
    badge = {"class": "badge", "x": right - width / 2, "y": top - BADGE_HEIGHT / 2, "rx": BADGE_HEIGHT / 2}
    badge |= {"width": width, "height": BADGE_HEIGHT}
    number = {"class": "count", "x": right, "y": top + TEXT_BELOW, "text-anchor": "middle"}
    state.set("class", f"{state.get('class')} busy")
    for tag, attributes in (("rect", badge), ("text", number)):
        ElementTree.SubElement(state, f"{{{SVG}}}{tag}", {name: str(value) for name, value in attributes.items()})
    state[-1].text = str(count)
