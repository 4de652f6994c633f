"""A Wildberries of our own: stores, chats, events, limits and refusals as the buyers' chat API has them."""
