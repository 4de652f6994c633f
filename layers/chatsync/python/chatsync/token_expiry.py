"""From when on people are told that a store's token ends: the same in logs, tables, pages and alarms."""

EXPIRY_WARNING_DAYS = 30
