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
PEM = serialization.Encoding.PEM
USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass
class Door:
    """Where the door is, and what came through it, decrypted."""

    port: int
    received: list[bytes] = field(default_factory=list)


def make_chain(folder: Path, address: str, *, names_issuers_key: bool = True, days: int = 1) -> tuple[Path, Path]:
    """Write a root's certificate, and what its server shows: a key, its certificate and the one between, as RDS does.

    They are valid from ten days ago until so many days from now. `names_issuers_key`: with an authority key identifier
    in all but the root, which has none at RDS either.
    """
    root = _issue("root", None, days)
    between = _issue("subordinate", root, days, names_issuers_key=names_issuers_key)
    server = _issue("server", between, days, address=address, names_issuers_key=names_issuers_key)
    trusted, shown = folder / "root.pem", folder / "shown.pem"
    trusted.write_bytes(root.certificate.public_bytes(PEM))
    shown.write_bytes(server.pem() + between.certificate.public_bytes(PEM))
    return trusted, shown


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Return both, the key first."""
        key = self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return key + self.certificate.public_bytes(PEM)


def _issue(
    name: str, issuer: Issued | None, days: int, *, address: str | None = None, names_issuers_key: bool = False
) -> Issued:
    """Make a server's certificate if there is an address, else an authority's; without an issuer it signs itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issued_by = issuer.certificate.subject if issuer else subject
    builder = (
        x509.CertificateBuilder(issued_by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not address, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_use("digital_signature" if address else "key_cert_sign"), critical=True)
    )
    if address:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), False)
    if issuer and names_issuers_key:
        named = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(named, critical=False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _use(allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use == allowed for use in USES})


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
