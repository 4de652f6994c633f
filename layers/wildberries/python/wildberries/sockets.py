"""Lets a client hang up on an answer that never ends: urllib3's time-outs begin anew with every byte that comes."""

import socket
from collections.abc import Callable

import certifi
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


def make_pools(connected: Callable[[socket.socket], None]) -> PoolManager:
    """Return pools of connections that tell `connected` of the socket of each new one; TLS trusts certifi's roots."""

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class Encrypted(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            connected(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    pools = PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
    return pools
