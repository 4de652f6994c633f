"""What a gap is, as conditions on a row of `chats` (without an alias): the sync and the pages must mean the same."""

IS_LISTED = "raw IS NOT NULL AND missing_since IS NULL"  # in WB's present list, whose entry `raw` is
IS_GAP = "listed_message_at > coalesce(last_message_at, '-infinity')"  # WB lists a newer message than is stored
