"""The page of stores warns of a token's end as early as everything else does."""

from datetime import timedelta

import pytest

from database.connection import transaction
from tests.support.shown_rows import NOW, a_message, given
from tests.support.web_pages import Pages


@pytest.mark.parametrize(("days", "warned"), [(4, True), (5, False), (-1, True)])
def test_the_warning_begins_on_the_shared_day(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, days: int, warned: bool
) -> None:
    monkeypatch.setattr("chatsync.token_expiry.EXPIRY_WARNING_DAYS", 5)
    given(a_message(1, "Вопрос", 60))
    with transaction() as database:
        expires = NOW + timedelta(days=days, hours=1)
        database.run("UPDATE stores SET token_type = 'personal', token_expires_at = :at", at=expires)
    assert ('<span class="under warn">' in pages.get("/").body) == warned
