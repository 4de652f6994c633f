"""Whom a server on a loopback port answers: this machine's programs, and never a web page in its browser."""

HOST = "127.0.0.1"


def is_from_a_program(host: str | None, origin: str | None, port: int) -> bool:
    """Return whether a request was sent by a program that was told this server's port, from its two headers.

    A browser puts `Origin` on what a page sends elsewhere. To a page whose own host name leads here (DNS rebinding)
    this server is no elsewhere, but then `Host` is that name.
    """
    return origin is None and host == f"{HOST}:{port}"
