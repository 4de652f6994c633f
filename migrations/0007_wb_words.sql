-- WB's own words, and what messages say of products and orders. What is new in the rows of older messages is filled by
-- database/marks.py right after this, by the code that fills it for new ones: the list of automatic messages is data of
-- the program (chatsync/automatic.toml), and raw may hold what Postgres' json functions refuse.

ALTER TABLE chat_messages
    ADD COLUMN automatic boolean DEFAULT false,            -- WB's or a bot's, in the seller's name; NULL: not marked yet
    ADD COLUMN prefix_characters integer NOT NULL DEFAULT 0, -- of text: WB's words before the buyer's own
    ADD COLUMN nm_id bigint,                               -- which product and order the message is about, if it says so
    ADD COLUMN product_title text,
    ADD COLUMN rid text,
    ADD COLUMN product_size text,
    ADD COLUMN price_kopecks bigint,
    ADD COLUMN price_currency text,
    ADD COLUMN ordered_at timestamptz,
    ADD COLUMN order_status bigint;                        -- WB's statusID; what the numbers mean is not documented

-- What the functions of the release before store while they are replaced, or after a deploy was rolled back, says so.
ALTER TABLE chat_messages ALTER COLUMN automatic DROP DEFAULT;
CREATE INDEX chat_messages_unmarked ON chat_messages (sent_at, store_id, id) WHERE automatic IS NULL;

ALTER TABLE chats
    ADD COLUMN last_message_automatic boolean NOT NULL DEFAULT false,
    ADD COLUMN product_title text,
    ADD COLUMN ordered_at timestamptz,
    ADD COLUMN order_status bigint;

-- By which list the stored messages are marked. One row, none before they are marked the first time.
CREATE TABLE automatic_marks (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    digest    text NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT now()
);

-- What buyer and seller themselves wrote, files included; not WB's messages, nor those of senders nobody knows. The text
-- is without WB's prefix: a message that is nothing else has an empty one. It is the buyer's all the same, who opened a
-- question and waits for an answer, though no label can be given by it.
-- is_automatic() stays for the functions of the release before; nothing else asks it.
CREATE OR REPLACE VIEW people_messages AS
SELECT store_id, chat_id, id, sender, substr(text, prefix_characters + 1) AS text, sent_at
FROM chat_messages WHERE sender IN ('client', 'seller') AND automatic IS NOT TRUE;

-- The same indexes by the stored marks.
DROP INDEX chats_newest_unanswered;
CREATE INDEX chats_newest_unanswered ON chats (coalesce(last_message_at, '-infinity'), store_id, id)
    WHERE last_message_sender IS DISTINCT FROM 'seller' OR last_message_automatic;
DROP INDEX chat_messages_by_day;
CREATE INDEX chat_messages_by_day ON chat_messages (sent_at, store_id, sender, automatic);

-- A search finds each product and order that a chat's messages speak of.
CREATE INDEX chat_messages_by_product ON chat_messages (nm_id) WHERE nm_id IS NOT NULL;
CREATE INDEX chat_messages_by_order ON chat_messages (rid) WHERE rid IS NOT NULL;
CREATE INDEX chat_messages_by_title ON chat_messages USING gin (search_words(product_title))
    WHERE product_title IS NOT NULL;
CREATE INDEX chats_by_title ON chats USING gin (search_words(product_title)) WHERE product_title IS NOT NULL;
