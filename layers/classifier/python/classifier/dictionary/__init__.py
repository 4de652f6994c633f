"""Labels from a dictionary of words for each tag: no network and no model."""
