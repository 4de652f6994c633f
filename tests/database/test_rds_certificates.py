"""RDS's certificates, which ship with the database layer: whose they are, of which regions, and how long they last."""

import re
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from database.connection import RDS_CERTIFICATES
from local.engine.cloudformation import read_template
from tests.support.project import ROOT

CERTIFICATES = x509.load_pem_x509_certificates(RDS_CERTIFICATES.read_bytes())
# Such as "Amazon RDS eu-central-1 Root CA RSA2048 G1". Beta and Preview are AWS's own; no stack is there.
NAME = re.compile(r"^Amazon RDS (?P<stage>Beta |Preview )?(?P<region>[a-z]+-[a-z]+-\d) Root CA (?P<key>\w+) G1$")
AMAZON = {
    x509.NameOID.COUNTRY_NAME: "US",
    x509.NameOID.STATE_OR_PROVINCE_NAME: "WA",
    x509.NameOID.LOCALITY_NAME: "Seattle",
    x509.NameOID.ORGANIZATION_NAME: "Amazon Web Services, Inc.",
    x509.NameOID.ORGANIZATIONAL_UNIT_NAME: "Amazon RDS",
}


def name_of(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


def regions_of(key: str) -> list[str]:
    """Return the regions of which there is a root with such a key, in order."""
    named = [NAME.fullmatch(name_of(certificate)) for certificate in CERTIFICATES]
    return sorted(name["region"] for name in named if name and name["key"] == key and not name["stage"])


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=name_of)
def test_each_is_a_root_of_amazons(certificate: x509.Certificate) -> None:
    certificate.verify_directly_issued_by(certificate)
    assert NAME.fullmatch(name_of(certificate))
    assert {part.oid: part.value for part in certificate.subject if part.oid != x509.NameOID.COMMON_NAME} == AMAZON
    extensions = certificate.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_none_stands_there_twice_and_a_context_takes_all() -> None:
    assert len(set(CERTIFICATES)) == len(CERTIFICATES)
    context = ssl.create_default_context(cafile=RDS_CERTIFICATES)
    assert context.cert_store_stats()["x509_ca"] == len(CERTIFICATES)


def test_the_stack_is_made_only_where_its_databases_certificate_can_be_verified() -> None:
    template = read_template(ROOT / "template.yaml")
    (assertion,) = template["Rules"]["RegionHasCertificates"]["Assertions"]
    allowed, region = assertion["Assert"]["Fn::Contains"]
    assert region == {"Ref": "AWS::Region"}
    instance = read_template(ROOT / "templates" / "database.yaml")["Resources"]["Instance"]["Properties"]
    assert instance["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"
    assert allowed == regions_of("RSA2048")


@pytest.mark.parametrize("key", ["RSA4096", "ECC384"])
def test_a_given_database_may_have_a_certificate_of_another_kind(key: str) -> None:
    assert regions_of(key) == regions_of("RSA2048")


def test_none_of_them_ends_within_a_year() -> None:
    """When this fails, take AWS's present global-bundle.pem (docs/architecture.md says from where)."""
    soon = datetime.now(UTC) + timedelta(days=365)
    assert [name_of(certificate) for certificate in CERTIFICATES if certificate.not_valid_after_utc < soon] == []
