"""Certificates of an authority that only the tests know."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs certificates; `trusting` is what believes it, `serving` what has one of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sample authority")])
        self._certificate = self._signed(self._name, self._key.public_key(), [], authority=True)

    @property
    def trusting(self) -> ssl.SSLContext:
        """Of a client that takes this authority's certificates and no others."""
        pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=pem)
        return context

    def serving(self, *names: str, stale: bool = False) -> ssl.SSLContext:
        """Of a server of these names (or numbers); `stale`: its certificate has run out."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._signed(subject, key.public_key(), list(map(_named, names)), stale=stale)
        file = self._folder / f"{names[0]}-{stale}.pem"
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + plain)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        names: list[x509.GeneralName],
        *,
        authority: bool = False,
        stale: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        begins, ends = (
            (now - timedelta(days=9), now - timedelta(days=1)) if stale else (now, now + timedelta(days=1))
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins - timedelta(minutes=5))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), False)
        return made.sign(self._key, hashes.SHA256())


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
