"""RDS's certificates, which ship with the database layer: whose they are, how many, and how long they last."""

import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509

from database.connection import RDS_CERTIFICATES

CERTIFICATES = x509.load_pem_x509_certificates(RDS_CERTIFICATES.read_bytes())


def test_they_are_amazons_roots_and_a_context_takes_them() -> None:
    organisations = {
        attribute.value
        for certificate in CERTIFICATES
        for attribute in certificate.issuer.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    }
    assert organisations == {"Amazon Web Services, Inc."}
    assert all(certificate.subject == certificate.issuer for certificate in CERTIFICATES)
    assert ssl.create_default_context(cafile=RDS_CERTIFICATES).verify_mode is ssl.CERT_REQUIRED


def test_none_of_them_ends_within_a_year() -> None:
    """When this fails, take AWS's present global-bundle.pem (docs/architecture.md says from where)."""
    soon = datetime.now(UTC) + timedelta(days=365)
    assert [
        certificate.subject.rfc4514_string() for certificate in CERTIFICATES if certificate.not_valid_after_utc < soon
    ] == []
    assert len(CERTIFICATES) > 80  # one to three a region
