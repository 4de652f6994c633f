-- What labels cost and when they are stale, labels set by persons, and who waits for whom.

-- WB writes to the buyer by itself, in the seller's name, after a low rating. The letters alone are compared, by their
-- codes: lower() and \w do not know Cyrillic in every locale. A test holds this list and the classifier's together.
CREATE FUNCTION is_automatic(sender text, said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sender = 'seller' AND starts_with(
        translate(ltrim(regexp_replace(left(said, 200), '[^0-9A-Za-zА-Яа-яЁё]+', ' ', 'g')),
                  'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе'),
        'здравствуйте вы оставили отзыв с низкой оценкой')
$$;

-- What buyer and seller themselves wrote, files included; not WB's messages, nor those of senders nobody knows.
CREATE VIEW people_messages AS
SELECT store_id, chat_id, id, sender, text, sent_at
FROM chat_messages WHERE sender IN ('client', 'seller') AND is_automatic(sender, text) IS NOT TRUE;

-- One row a chat: whose turn it is, since when, and how fast the seller first answered.
CREATE VIEW chat_overview AS
SELECT chats.store_id,
       chats.id AS chat_id,
       chats.client_name,
       chats.tag,
       chats.tag_source,
       chats.missing_since,
       chats.messages_total,                               -- all, WB's own included
       said.buyer_messages,
       said.seller_messages,
       CASE WHEN said.waiting_since IS NOT NULL THEN 'buyer' WHEN said.seller_messages > 0 THEN 'seller' END
           AS last_writer,
       said.last_written_at,
       said.waiting_since,                                 -- the buyer's first message without an answer
       round(extract(epoch FROM said.first_answered_at - said.first_asked_at))::bigint AS first_response_seconds
FROM chats CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE sender = 'client') AS buyer_messages,
           count(*) FILTER (WHERE sender = 'seller') AS seller_messages,
           max(sent_at) AS last_written_at,
           min(sent_at) FILTER (WHERE NOT answered) AS waiting_since,
           min(sent_at) FILTER (WHERE sender = 'client') AS first_asked_at,
           min(sent_at) FILTER (WHERE sender = 'seller' AND asked) AS first_answered_at
    FROM (SELECT sender, sent_at,
                 bool_or(sender = 'seller') OVER (ORDER BY sent_at DESC, id DESC) AS answered,
                 bool_or(sender = 'client') OVER (ORDER BY sent_at, id) AS asked
          FROM people_messages WHERE store_id = chats.store_id AND chat_id = chats.id) AS turns
) AS said;

ALTER TABLE chats ADD COLUMN labelled_content text;        -- a digest of the words that were labelled

-- Until now the setting alone stood there; with all that a label goes by, unchanged chats need no new one.
UPDATE chats SET labelled_by = latest.labelled_by
FROM (SELECT DISTINCT ON (store_id, chat_id) store_id, chat_id, labelled_by
      FROM chat_labels WHERE source = 'model' ORDER BY store_id, chat_id, id DESC) AS latest
WHERE chats.store_id = latest.store_id AND chats.id = latest.chat_id AND tag_source = 'model';

ALTER TABLE chat_labels ADD COLUMN content text;           -- the same, of this label; NULL: set by a person
ALTER TABLE chat_labels ADD COLUMN released_at timestamptz; -- until when a person's label stood

-- Pages of chats that are being labelled, and what each took: the day's budgets are counted here, over all stores.
CREATE TABLE label_pages (
    run_id          bigint NOT NULL REFERENCES sync_logs (id),
    page            text NOT NULL,                         -- the key of its transcripts in S3
    day             date NOT NULL,                         -- of its listing, in UTC
    chats           integer NOT NULL,                      -- of these, chats that are sent to a model's server
    tokens_reserved bigint NOT NULL,                       -- what it may take; counts while its run is running
    tokens_in       bigint,                                -- what it took, NULL until its labels are saved
    tokens_out      bigint,
    cost_microusd   bigint,                                -- millionths of a US dollar; NULL: price unknown, or not saved
    PRIMARY KEY (run_id, page)
);
CREATE INDEX label_pages_by_day ON label_pages (day);

ALTER TABLE sync_logs ADD COLUMN label_tokens_in bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_logs ADD COLUMN label_tokens_out bigint NOT NULL DEFAULT 0;
ALTER TABLE sync_logs ADD COLUMN label_cost_microusd bigint; -- millionths of a US dollar; NULL = price unknown
ALTER TABLE sync_logs ALTER COLUMN label_cost_microusd SET DEFAULT 0; -- what earlier runs cost is not known
ALTER TABLE sync_logs ADD COLUMN chats_over_budget integer NOT NULL DEFAULT 0; -- left to the next runs by a budget
ALTER TABLE sync_logs ADD COLUMN budget_reached text;      -- which one, in words
ALTER TABLE sync_logs ADD COLUMN labels_stopped text;      -- why a page of chats was not labelled to its end
