-- Everything that is known to be missing or damaged, in one table: a run is a success only if its store has no open row.
CREATE TABLE problems (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id  text NOT NULL REFERENCES stores (id),
    kind      text NOT NULL,                               -- event, stretch, gap, list (database/problems.py)
    subject   text NOT NULL,                               -- quarantined event's id, stretch's cursor, chat's id, "list"
    details   jsonb NOT NULL DEFAULT '{}',                 -- counts, cursors (ms) and reasons; never a buyer's words
    run_id    bigint REFERENCES sync_logs (id),            -- the run that met it first
    tries        integer NOT NULL DEFAULT 0,               -- how often it was tried again
    tried_by_run bigint,                                   -- the last run that did
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,                                 -- NULL = open
    closed_as text,                                        -- solved, or dismissed by a person
    closed_by text,                                        -- who dismissed it, as they said
    reason    text                                         -- why a person dismissed it
);
CREATE UNIQUE INDEX problems_open ON problems (store_id, kind, subject) WHERE closed_at IS NULL;
CREATE INDEX problems_of_store ON problems (store_id, id);

-- What was quarantined and is not stored meanwhile is still missing.
INSERT INTO problems (store_id, kind, subject, details, run_id, opened_at)
SELECT store_id, 'event', id, jsonb_build_object('reason', reason), run_id, first_seen_at
FROM quarantined_events AS event
WHERE NOT EXISTS (SELECT FROM chat_messages AS stored WHERE stored.store_id = event.store_id AND stored.id = event.id);

ALTER TABLE sync_logs ADD COLUMN damaged_values integer NOT NULL DEFAULT 0; -- stored visibly, not as WB meant them
ALTER TABLE sync_logs ADD COLUMN problems integer NOT NULL DEFAULT 0;       -- open when the run ended
ALTER TABLE sync_logs ADD COLUMN stretches integer NOT NULL DEFAULT 0;      -- of these, pages of which events are missing
ALTER TABLE sync_logs ADD COLUMN list_unchecked text;      -- why WB's list could not be compared with what is stored

-- The run whose list was the first to lack the chat. It counts as missing once the list of another run lacks it too.
ALTER TABLE chats ADD COLUMN unlisted_by_run bigint;

-- What a message said before WB sent it again with other words or another time.
ALTER TABLE chat_messages ADD COLUMN fetched_at timestamptz NOT NULL DEFAULT '-infinity';
CREATE TABLE message_versions (
    store_id    text NOT NULL,
    message_id  text NOT NULL,
    content     text NOT NULL,                             -- a digest of raw
    sender      text,
    text        text,
    sent_at     timestamptz NOT NULL,
    fetched_at  timestamptz NOT NULL,
    attachments jsonb NOT NULL DEFAULT '[]',
    raw         json NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT now(),        -- when it was replaced, or met as older than what is stored
    PRIMARY KEY (store_id, message_id, content),
    FOREIGN KEY (store_id, message_id) REFERENCES chat_messages (store_id, id)
);

-- A limit belongs to the kind of token that met it: a Base token's hour is not a Personal one's.
ALTER TABLE rate_limits ADD COLUMN token_type text;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
        GRANT SELECT ON problems, message_versions, quarantined_events TO chat_viewer;
        GRANT UPDATE (closed_at, closed_as, closed_by, reason) ON problems TO chat_viewer;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer did not get its rights on problems.';
END
$$;
