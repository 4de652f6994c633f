"""A Wildberries of our own: stores, chats, events, limits and refusals as the buyers' chat API has them."""

from local.simulator.faults import Fault, cut_body, hang, junk, raw_json, redirect, short_page, status
from local.simulator.model import ABSENT, Chat, Event, SimulatedStore, StoredFile, World
from local.simulator.server import Request, Simulator
from local.simulator.tokens import TokenKind, make_token
from local.simulator.world import grown_world, small_world

__all__ = [
    "ABSENT",
    "Chat",
    "Event",
    "Fault",
    "Request",
    "SimulatedStore",
    "Simulator",
    "StoredFile",
    "TokenKind",
    "World",
    "cut_body",
    "grown_world",
    "hang",
    "junk",
    "make_token",
    "raw_json",
    "redirect",
    "short_page",
    "small_world",
    "status",
]
