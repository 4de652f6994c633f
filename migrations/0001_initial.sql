-- Stores, their chats and messages, the runs that fetched them, labels, and what could not be stored.
-- WB promises no field of any answer, so nothing it sends is checked against a list of values.
-- `raw` is json, not jsonb: json keeps "\u0000" and lone surrogates to the letter, jsonb refuses them.

CREATE TABLE stores (
    id               text PRIMARY KEY,
    name             text NOT NULL,
    active           boolean NOT NULL DEFAULT true,
    events_cursor    bigint,                               -- the `next` (ms) of the next request; NULL = from the beginning
    seller_id        text,                                 -- the token's `sid`; two stores may belong to one seller
    token_type       text,
    token_expires_at timestamptz,
    total_chats      integer NOT NULL DEFAULT 0,
    chat_tag_counts  jsonb NOT NULL DEFAULT '{}',          -- tag -> number of chats
    last_success_at  timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE chats (
    store_id            text NOT NULL REFERENCES stores (id),
    id                  text NOT NULL,
    client_name         text,
    nm_id               bigint,
    rid                 text,
    product_size        text,
    price_kopecks       bigint,
    price_currency      text,
    -- from the stored messages
    messages_total      integer NOT NULL DEFAULT 0,
    last_message_id     text,
    last_message_text   text,
    last_message_sender text,
    last_message_at     timestamptz,
    -- from WB's list of chats
    listed_message_text text,
    listed_message_at   timestamptz,
    missing_since       timestamptz,                       -- WB's list no longer shows it; it is never deleted here
    raw                 json,
    -- the current label; its history is chat_labels
    tag                 text,
    tag_source          text,                              -- 'model' or 'person'; a person's is never overwritten
    labelled_messages   integer,                           -- messages_total when it was labelled
    labelled_by         text,                              -- the classifier's name and version
    PRIMARY KEY (store_id, id)
);
CREATE INDEX chats_by_last_message ON chats (store_id, last_message_at DESC NULLS LAST, id);

CREATE TABLE chat_messages (
    store_id    text NOT NULL,
    id          text NOT NULL,                             -- WB's eventID, a message's only stable identity
    chat_id     text NOT NULL,
    event_type  text,
    sender      text,
    source      text,
    client_name text,
    is_new_chat boolean NOT NULL DEFAULT false,
    text        text,
    sent_at     timestamptz NOT NULL,
    attachments jsonb NOT NULL DEFAULT '[]',               -- [{kind, download_id, name, content_type, size, url, date}]
    raw         json NOT NULL,
    PRIMARY KEY (store_id, id),
    FOREIGN KEY (store_id, chat_id) REFERENCES chats (store_id, id)
);
-- chat_id first: one chat is often looked up without its store.
CREATE INDEX chat_messages_in_order ON chat_messages (chat_id, store_id, sent_at, id);

CREATE TABLE sync_logs (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id          text NOT NULL REFERENCES stores (id),
    seller_key        text NOT NULL,                       -- stores.seller_id, or the store's id while that is unknown
    execution_id      text NOT NULL,
    sync_type         text NOT NULL,                       -- incremental, full
    status            text NOT NULL,                       -- running, success, partial, error, skipped
    chats_total       integer NOT NULL DEFAULT 0,          -- chats in WB's list
    chats_synced      integer NOT NULL DEFAULT 0,          -- of these, chats whose last message is stored here
    messages_added    integer NOT NULL DEFAULT 0,
    chats_to_classify integer NOT NULL DEFAULT 0,
    chats_classified  integer NOT NULL DEFAULT 0,
    events_read       integer NOT NULL DEFAULT 0,          -- events WB sent, repeats included
    wb_requests       integer NOT NULL DEFAULT 0,
    waited_seconds    integer NOT NULL DEFAULT 0,          -- waits for WB that this run asked for
    gaps              integer NOT NULL DEFAULT 0,          -- chats with a newer message at WB than stored here
    quarantined       integer NOT NULL DEFAULT 0,
    error_type        text,
    error_message     text,
    alive_until       timestamptz NOT NULL,                -- a running run silent for longer than this is dead
    started_at        timestamptz NOT NULL DEFAULT now(),
    completed_at      timestamptz,
    UNIQUE (execution_id, store_id)                        -- a repeated "Open run" opens nothing twice
);
-- The lease: at most one live run a store, and one a seller, whose stores share WB's rate limit.
CREATE UNIQUE INDEX sync_logs_one_running_a_store ON sync_logs (store_id) WHERE status = 'running';
CREATE UNIQUE INDEX sync_logs_one_running_a_seller ON sync_logs (seller_key) WHERE status = 'running';
CREATE INDEX sync_logs_newest_first ON sync_logs (store_id, id DESC);

CREATE TABLE rate_limits (
    seller_key text NOT NULL,
    method     text NOT NULL,                              -- chats, events: WB has a bucket for each
    ready_at   timestamptz NOT NULL,                       -- when WB's bucket will have filled after it was empty
    PRIMARY KEY (seller_key, method)
);

CREATE TABLE chat_labels (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id       text NOT NULL,
    chat_id        text NOT NULL,
    run_id         bigint REFERENCES sync_logs (id),       -- NULL: set by a person
    tag            text NOT NULL,
    source         text NOT NULL,                          -- 'model' or 'person'
    confidence     real,
    reason         text,
    labelled_by    text NOT NULL,
    messages_total integer NOT NULL,
    labelled_at    timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (store_id, chat_id) REFERENCES chats (store_id, id),
    UNIQUE (store_id, chat_id, run_id)
);

CREATE TABLE quarantined_events (
    store_id      text NOT NULL REFERENCES stores (id),
    id            text NOT NULL,                           -- WB's eventID, or a digest of the event where it has none
    reason        text NOT NULL,
    raw           json NOT NULL,
    run_id        bigint NOT NULL REFERENCES sync_logs (id), -- the last run that met it
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store_id, id)
);
