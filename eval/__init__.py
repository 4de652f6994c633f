"""How right labels and masking are: the sets they are scored on, and the programs that score them."""
