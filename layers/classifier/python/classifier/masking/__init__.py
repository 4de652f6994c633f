"""Phones, cards, names, addresses and more are replaced in a text by the kind of thing they are, before it leaves."""

from classifier.masking.mask import mask, spans
from classifier.masking.spans import Kind, Span

__all__ = ["Kind", "Span", "mask", "spans"]
