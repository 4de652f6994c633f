-- A label is a judgement about a buyer's words. Until now a model's server that failed was stored as one, too: those
-- labels are released, so that their chats are asked about again within the budgets. Their rows stay, marked as ended.
UPDATE chats SET tag = NULL, tag_source = NULL, labelled_messages = NULL, labelled_by = NULL, labelled_content = NULL
WHERE tag = 'undefined' AND tag_source = 'model' AND labelled_by LIKE 'openai/%'
  AND (SELECT reason FROM chat_labels AS label
       WHERE label.store_id = chats.store_id AND label.chat_id = chats.id
       ORDER BY id DESC LIMIT 1) = 'модель не дала ответа';

UPDATE chat_labels SET released_at = now()
WHERE source = 'model' AND tag = 'undefined' AND labelled_by LIKE 'openai/%' AND reason = 'модель не дала ответа'
  AND released_at IS NULL;

UPDATE stores SET chat_tag_counts = counted.tags
FROM (SELECT stores.id, coalesce(jsonb_object_agg(tag, chats) FILTER (WHERE tag IS NOT NULL), '{}') AS tags
      FROM stores LEFT JOIN (SELECT store_id, tag, count(*) AS chats FROM chats GROUP BY store_id, tag) AS by_tag
                         ON by_tag.store_id = stores.id
      GROUP BY stores.id) AS counted
WHERE stores.id = counted.id AND stores.chat_tag_counts IS DISTINCT FROM counted.tags;

-- How often a model's server that answered others gave no answer for a chat's words (database/labels/failed_tries.py).
ALTER TABLE chats ADD COLUMN label_tries integer NOT NULL DEFAULT 0; -- runs in which it gave none
ALTER TABLE chats ADD COLUMN label_tries_by text;          -- the classifier's name and version
ALTER TABLE chats ADD COLUMN label_tries_content text;     -- the digest of the words
ALTER TABLE chats ADD COLUMN label_tries_run bigint;       -- the last of these runs

ALTER TABLE sync_logs ADD COLUMN chats_unanswered integer NOT NULL DEFAULT 0; -- not sent again until their words change
ALTER TABLE label_pages ADD COLUMN tokens_cached bigint NOT NULL DEFAULT 0;   -- of tokens_in, read from a server's cache
