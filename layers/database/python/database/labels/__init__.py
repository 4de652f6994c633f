"""Labels: which chats need one, within which budgets, what they took, and every label a chat had."""
