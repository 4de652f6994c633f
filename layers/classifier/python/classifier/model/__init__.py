"""Labels from a language model: what is sent of a chat, to which endpoint, and which of its answers count."""
