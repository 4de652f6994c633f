-- A run ends well before its execution's history is full (database/bursts.py); the next one goes on from the cursor.
ALTER TABLE sync_logs ADD COLUMN fetches integer NOT NULL DEFAULT 0; -- that were saved
ALTER TABLE sync_logs ADD COLUMN read_up_to timestamptz;             -- how far it came; NULL: to the end, or it failed
