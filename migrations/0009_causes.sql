-- What went wrong, beside what the buyer needs answered: a label has a cause too.

ALTER TABLE chats ADD COLUMN cause text;                   -- of the current label; NULL: nobody has judged it
ALTER TABLE chat_labels ADD COLUMN cause text;             -- NULL: this label says nothing of it
ALTER TABLE stores ADD COLUMN chat_cause_counts jsonb NOT NULL DEFAULT '{}'; -- cause -> number of chats

CREATE INDEX chats_newest_with_cause ON chats (cause, coalesce(last_message_at, '-infinity'), store_id, id)
    WHERE cause IS NOT NULL;

-- Chats whose label another version of the classifier gave, though nobody has written since: they are labelled again,
-- and a model's server is paid for it. Counted when the run lists the chats to label.
ALTER TABLE sync_logs ADD COLUMN outdated_labels integer NOT NULL DEFAULT 0;
ALTER TABLE sync_logs ADD COLUMN relabelling text;         -- what that takes, in words; NULL: it costs nothing

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
        GRANT UPDATE (cause) ON chats TO chat_viewer;
        GRANT UPDATE (chat_cause_counts) ON stores TO chat_viewer;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer did not get its rights on causes.';
END
$$;
