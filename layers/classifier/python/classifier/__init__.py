"""What a buyer's chat needs answered: one label of the taxonomy for each chat, by keywords or by a language model."""
