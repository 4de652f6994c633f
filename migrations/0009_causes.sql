-- What went wrong, beside what the buyer needs answered: a label has a cause too. What is urgent, and themes.

ALTER TABLE chats ADD COLUMN cause text;                   -- of the current label; NULL: nobody has judged it
ALTER TABLE chat_labels ADD COLUMN cause text;             -- NULL: this label says nothing of it
ALTER TABLE stores ADD COLUMN chat_cause_counts jsonb NOT NULL DEFAULT '{}'; -- cause -> number of chats

CREATE INDEX chats_newest_with_cause ON chats (cause, coalesce(last_message_at, '-infinity'), store_id, id)
    WHERE cause IS NOT NULL;

-- Chats whose label another version of the classifier gave, though nobody has written since: they are labelled again,
-- and a model's server is paid for it. Counted when the run lists the chats to label.
ALTER TABLE sync_logs ADD COLUMN outdated_labels integer NOT NULL DEFAULT 0;
ALTER TABLE sync_logs ADD COLUMN relabelling text;         -- what that takes, in words; NULL: it costs nothing

-- Urgency is a rule, no model's guess. The words of threat, claim and consumer protection stand here and nowhere else:
-- whole words in the letters of search_text (small, no ё). «Претензий» and «жалоб» are left out: «претензий нет».
CREATE FUNCTION threat_in(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (regexp_match(
    search_text(said),
    '(?:^|[^0-9a-zа-я])('
    || 'роспотребнадзор[а-я]*|потребнадзор[а-я]*|рпн|прокуратур[а-я]*|прокурор[а-я]*|полицию'
    || '|суд|суда|суду|судом|суде|суды|судебн[а-я]*|досудебн[а-я]*|засужу|засудим'
    || '|иск|иска|иску|иском|иски|исков|исков(?:ой|ое|ого|ым)'
    || '|претензи(?:я|ю|и|ей|ям|ями)|экспертиз[а-я]*'
    || '|жалоб(?:а|у|ы|е|ой|ам|ами|ах)|жаловаться|жалуюсь|пожалуюсь|нажалуюсь|пожалуемся'
    || '|зозпп|зпп|озпп|прав[а-я]*\s+потребител[а-я]*|юрист[а-я]*|адвокат[а-я]*'
    || ')(?![0-9a-zа-я])'))[1];

-- One row for each chat in which a buyer waits and somebody wrote within the last 30 days: later, nobody reads an answer.
-- A seller must answer within ten days (WB's rules of chats). `threat` is the newest such word that is not answered yet.
-- Thanks and spam ask for no answer, unless they hold such a word.
CREATE VIEW chat_urgency AS
SELECT chats.store_id,
       chats.id AS chat_id,
       turns.waiting_since,
       turns.waiting_since + interval '10 days' AS answer_by,
       words.threat,
       CASE WHEN turns.waiting_since <= now() - interval '10 days' THEN 3                       -- overdue
            WHEN turns.waiting_since <= now() - interval '7 days' OR words.threat IS NOT NULL THEN 2 -- urgent
            WHEN turns.waiting_since <= now() - interval '5 days' THEN 1                        -- due soon
            ELSE 0 END AS urgency
FROM chats
JOIN chat_overview AS turns ON turns.store_id = chats.store_id AND turns.chat_id = chats.id
LEFT JOIN LATERAL (
    SELECT threat_in(text) AS threat FROM people_messages AS said
    WHERE said.store_id = chats.store_id AND said.chat_id = chats.id AND sender = 'client'
      AND sent_at >= turns.waiting_since AND threat_in(text) IS NOT NULL
    ORDER BY sent_at DESC, said.id DESC LIMIT 1
) AS words ON true
WHERE coalesce(chats.last_message_at, '-infinity') > now() - interval '30 days'
  AND (chats.last_message_sender IS DISTINCT FROM 'seller' OR chats.last_message_automatic)
  AND turns.waiting_since IS NOT NULL
  AND (chats.tag IS NULL OR chats.tag NOT IN ('thanks', 'spam') OR words.threat IS NOT NULL);

-- Themes: what went wrong with which product, month by month. A chat counts in the month of its last message, in
-- Moscow's time, as the pages show it; a chat that goes on moves with it.
CREATE FUNCTION moscow_month(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_trunc('month', at AT TIME ZONE 'Europe/Moscow')::date;

CREATE INDEX chats_by_month ON chats (moscow_month(last_message_at), store_id);

CREATE VIEW product_causes AS
SELECT store_id,
       moscow_month(last_message_at) AS month,             -- its first day
       nm_id,                                              -- NULL: the chat names no product
       max(product_title) AS product_title,
       cause,                                              -- NULL: not judged; 'nothing': nothing went wrong
       count(*) AS chats
FROM chats WHERE last_message_at IS NOT NULL
GROUP BY store_id, moscow_month(last_message_at), nm_id, cause;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
        GRANT SELECT ON chat_urgency, product_causes TO chat_viewer;
        GRANT UPDATE (cause) ON chats TO chat_viewer;
        GRANT UPDATE (chat_cause_counts) ON stores TO chat_viewer;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer did not get its rights on causes.';
END
$$;
