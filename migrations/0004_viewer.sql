-- What the viewer's pages need: a search in Russian, lists that are paged by key, and a role that may read and label.

-- The text as it is searched, of the same length. Lower case and word limits are made here: a database in the locale C
-- takes «Липа» for one word with its quotes, and leaves capitals as they are. Index and queries must use the same.
CREATE FUNCTION search_text(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN regexp_replace(
    translate(lower(left(said, 20000)), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё', 'абвгдеежзийклмнопрстуфхцчшщъыьэюяе'),
    '[\u0080-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001faff]', ' ', 'g');

-- The cost keeps the planner from computing it for many rows: it goes by the index, which holds it ready.
CREATE FUNCTION search_words(said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 SET search_path FROM CURRENT
AS $$ BEGIN RETURN to_tsvector('pg_catalog.russian', search_text(said)); END $$;

CREATE INDEX chat_messages_by_word ON chat_messages USING gin (search_words(text));
CREATE INDEX chats_by_client_word ON chats USING gin (search_words(client_name));
CREATE INDEX chats_by_product ON chats (nm_id) WHERE nm_id IS NOT NULL;
CREATE INDEX chats_by_order ON chats (rid) WHERE rid IS NOT NULL;

-- Keyset paging: one order for all lists, so that each page begins where the one before it ended.
CREATE INDEX chats_newest ON chats (coalesce(last_message_at, '-infinity'), store_id, id);
CREATE INDEX chats_newest_of_store ON chats (store_id, coalesce(last_message_at, '-infinity'), id);
CREATE INDEX chats_newest_with_tag ON chats (tag, coalesce(last_message_at, '-infinity'), store_id, id);
-- Whose last words are not the seller's own: of these, chat_overview tells which wait.
CREATE INDEX chats_newest_unanswered ON chats (coalesce(last_message_at, '-infinity'), store_id, id)
    WHERE last_message_sender IS DISTINCT FROM 'seller' OR is_automatic(last_message_sender, last_message_text);
CREATE INDEX chat_messages_with_attachments ON chat_messages (chat_id, store_id) WHERE attachments <> '[]';
CREATE INDEX chat_messages_by_day ON chat_messages (sent_at, store_id, sender);
CREATE INDEX chat_labels_of_chat ON chat_labels (store_id, chat_id, id);

-- The viewer's role. Elsewhere than on RDS it has no login of its own: whoever is connected changes into it.
-- Who migrates without the right to make roles gets everything but the role; docs/architecture.md says how to add it.
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
            CREATE ROLE chat_viewer NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this server is being migrated at the same moment
    END;
    GRANT SELECT ON stores, chats, chat_messages, sync_logs, chat_labels, people_messages, chat_overview TO chat_viewer;
    GRANT INSERT, UPDATE (released_at) ON chat_labels TO chat_viewer;
    GRANT UPDATE (tag, tag_source, labelled_messages, labelled_by, labelled_content) ON chats TO chat_viewer;
    GRANT UPDATE (total_chats, chat_tag_counts) ON stores TO chat_viewer;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
        ALTER ROLE chat_viewer LOGIN;
        GRANT rds_iam TO chat_viewer;
    ELSE
        GRANT chat_viewer TO CURRENT_USER;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer was not made.';
END
$$;
