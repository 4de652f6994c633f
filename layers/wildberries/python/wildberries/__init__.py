"""Wildberries' "Buyers chat" API: tokens, requests, rate limits and the walk over the stream of events."""
