"""docs/permissions.md is the whole truth about who may do what, and says why."""

import re
from collections.abc import Iterator
from typing import Any

from local.engine.cloudformation import read_template
from tests.support.project import ROOT
from tests.template.roles import Permission, permissions, transformed

PAGE = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (`.+?`) \| (.*?) \|$", PAGE, re.M)
WHY = {
    Permission(who, action, resource): why
    for action, resource, all_who, why in ROWS
    for who in re.findall(r"`(\w+)`", all_who)
}
ENOUGH = 20  # characters; less is no reason


def test_the_page_lists_exactly_what_the_roles_may_do() -> None:
    found = permissions()
    assert found - set(WHY) == set(), "add these to docs/permissions.md"
    assert set(WHY) - found == set(), "no role has these any more"


def test_every_wildcard_has_its_reason_beside_it() -> None:
    assert [row for row in WHY if row.has_wildcard and len(WHY[row]) < ENOUGH] == []


def test_every_statement_of_the_templates_says_why() -> None:
    for file in (ROOT / "template.yaml", *(ROOT / "templates").glob("*.yaml")):
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if line.strip() == "- Effect: Allow":
                assert lines[number - 1].strip().startswith("#"), (
                    f"{file.name}:{number + 1} has no comment that says why"
                )


def policies(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every IAM policy document in a template."""
    if isinstance(node, dict) and "Statement" in node:
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from policies(child)


def test_every_policy_has_the_version_of_today() -> None:
    """Without one AWS takes that of 2008, which does not know policy variables."""
    nested = (read_template(file) for file in (ROOT / "templates").glob("*.yaml"))
    written = [policy for template in (transformed(), *nested) for policy in policies(template)]
    assert len(written) > 30
    assert {policy.get("Version") for policy in written} == {"2012-10-17"}


def test_the_zones_have_their_rights_only() -> None:
    """Who reads a token has no way to the database, and nobody reads another's secret."""
    by_who: dict[str, set[str]] = {}
    for permission in permissions():
        by_who.setdefault(permission.who, set()).add(permission.action)
    for who, actions in by_who.items():
        secrets = actions & {"ssm:GetParameter", "secretsmanager:GetSecretValue"}
        assert not (secrets and actions & {"rds-db:connect", "AWSLambdaVPCAccessExecutionRole"}), who
        assert len(secrets) <= 1, who
