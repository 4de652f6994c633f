"""A TLS door in front of a real Postgres, with certificates made on the spot."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # Postgres' protocol: "shall we encrypt?", answered by S or N


@dataclass
class Door:
    """Where the door is, and what came through it, decrypted."""

    port: int
    received: list[bytes] = field(default_factory=list)


def make_certificate(folder: Path, name: str, address: str) -> Path:
    """Write a self-signed certificate for an IP address, with its key, into one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem))
    return path


@contextmanager
def door(postgres: tuple[str, int], certificate: Path | None) -> Iterator[Door]:
    """Serve one connection: with TLS, or answering "N" where there is no certificate."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        opened = Door(listening.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listening, opened, postgres, certificate), daemon=True)
        thread.start()
        yield opened
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _serve(listening: socket.socket, opened: Door, postgres: tuple[str, int], certificate: Path | None) -> None:
    with suppress(OSError):
        plain, _ = listening.accept()
        with plain, socket.create_connection(postgres) as behind:
            if plain.recv(8) != SSL_REQUEST:
                return
            plain.sendall(b"S" if certificate else b"N")
            inside = _encrypted(plain, certificate) if certificate else plain
            threading.Thread(target=_pump, args=(behind, inside, None), daemon=True).start()
            _pump(inside, behind, opened.received)


def _encrypted(plain: socket.socket, certificate: Path) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context.wrap_socket(plain, server_side=True)


def _pump(source: socket.socket, target: socket.socket, seen: list[bytes] | None) -> None:
    with suppress(OSError, ValueError):
        while piece := source.recv(65536):
            if seen is not None:
                seen.append(piece)
            target.sendall(piece)
