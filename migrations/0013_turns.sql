-- Whose turn it is, kept with each message that is stored, whoever stores it: who waits longest is read from an index,
-- and an overview of any period from a row a day. What older messages say is filled by database/fills.py right after
-- this, in steps.

CREATE TABLE chat_turns (
    store_id            text NOT NULL,
    chat_id             text NOT NULL,
    waiting_since       timestamptz,                       -- the buyer's first message without an answer, if he waits
    threat              text,                              -- the newest of threat_in() of the messages that wait
    first_asked_at      timestamptz,                       -- the buyer's first message
    person_answered_at  timestamptz,                       -- the first answer after it that a person wrote
    program_answered_at timestamptz,                       -- the first that came by WB's API: a bot's, or a help desk's
    PRIMARY KEY (store_id, chat_id)
);
CREATE INDEX chat_turns_longest_first ON chat_turns (waiting_since, store_id, chat_id) WHERE waiting_since IS NOT NULL;

-- «Needs no answer», as a person said of a chat. It ends when the buyer writes again, or when a person takes it back.
CREATE TABLE no_answer_marks (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id  text NOT NULL,
    chat_id   text NOT NULL,
    reason    text NOT NULL,
    marked_by text,                                        -- the login; NULL on one's own machine
    marked_at timestamptz NOT NULL DEFAULT now(),
    ended_at  timestamptz,                                 -- NULL: it stands
    ended_by  text,                                        -- the login of who took it back, empty on one's own machine;
                                                           -- NULL: the buyer wrote again
    FOREIGN KEY (store_id, chat_id) REFERENCES chats (store_id, id)
);
CREATE UNIQUE INDEX no_answer_marks_standing ON no_answer_marks (store_id, chat_id) WHERE ended_at IS NULL;
CREATE INDEX no_answer_marks_of_chat ON no_answer_marks (store_id, chat_id, id);

-- The messages of a store and a day of Moscow's. Who keeps them up with each message is note_turns().
CREATE TABLE message_days (
    store_id text NOT NULL,
    day      date NOT NULL,
    buyers   integer NOT NULL,
    people   integer NOT NULL,                             -- the seller's, written by a person
    programs integer NOT NULL,                             -- the seller's, by WB's API
    wb       integer NOT NULL,                             -- WB's own, automatic ones, and those of unknown senders
    PRIMARY KEY (store_id, day)
);
CREATE INDEX message_days_by_day ON message_days (day);

-- What older messages say of the two tables is filled in steps: a row for each that is not filled to its end yet.
CREATE TABLE unfinished_fills (
    name  text PRIMARY KEY,
    after jsonb                                            -- how far it came: the key of the last row that is filled
);
INSERT INTO unfinished_fills (name) SELECT name FROM (VALUES ('chat_turns'), ('message_days')) AS fills(name)
WHERE EXISTS (SELECT FROM chat_messages);

CREATE FUNCTION moscow_day(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (at AT TIME ZONE 'Europe/Moscow')::date;

-- Who wrote a message, as message_days counts it.
CREATE FUNCTION writer_of(sender text, automatic boolean, source text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN automatic IS TRUE OR sender IS NULL OR sender NOT IN ('client', 'seller') THEN 'wb'
            WHEN sender = 'client' THEN 'buyer'
            WHEN source = 'seller-public-api' THEN 'program' ELSE 'person' END;

-- Who waits, and who answered first, of each of these chats: anew from its messages, of which those since a moment came
-- or changed. Each part reads as few of them as tell it: what is known of the time before stays.
CREATE FUNCTION refresh_chat_turns(of_stores text[], of_chats text[], since timestamptz[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
INSERT INTO chat_turns AS known (store_id, chat_id, waiting_since, threat, first_asked_at, person_answered_at,
                                 program_answered_at)
SELECT chat.store_id, chat.chat_id, waiting.since, waiting.threat, asked.at,
       coalesce(kept.person_answered_at, person.sent_at), coalesce(kept.program_answered_at, program.sent_at)
FROM (SELECT store_id, chat_id, min(at) AS since FROM unnest(of_stores, of_chats, since) AS given(store_id, chat_id, at)
      GROUP BY store_id, chat_id) AS chat
LEFT JOIN chat_turns AS kept ON kept.store_id = chat.store_id AND kept.chat_id = chat.chat_id
    AND kept.first_asked_at IS NOT NULL
    AND greatest(kept.first_asked_at, kept.person_answered_at, kept.program_answered_at) < chat.since
LEFT JOIN LATERAL (
    SELECT sent_at, id FROM chat_messages AS said
    WHERE said.chat_id = chat.chat_id AND said.store_id = chat.store_id
      AND sender = 'seller' AND automatic IS NOT TRUE
    ORDER BY sent_at DESC, id DESC LIMIT 1
) AS answer ON true
LEFT JOIN LATERAL (
    SELECT min(sent_at) AS since,
           (array_agg(threat ORDER BY sent_at DESC, id DESC) FILTER (WHERE threat IS NOT NULL))[1] AS threat
    FROM (
        SELECT sent_at, id, threat_in(substr(text, prefix_characters + 1)) AS threat FROM chat_messages AS said
        WHERE said.chat_id = chat.chat_id AND said.store_id = chat.store_id AND sender = 'client'
          AND (sent_at, id) > (coalesce(answer.sent_at, '-infinity'), coalesce(answer.id, ''))
          AND NOT EXISTS (SELECT FROM no_answer_marks AS mark
                          WHERE mark.store_id = chat.store_id AND mark.chat_id = chat.chat_id AND ended_at IS NULL)
        OFFSET 0 -- threat_in() is computed once
    ) AS unanswered
) AS waiting ON true
LEFT JOIN LATERAL (
    SELECT kept.first_asked_at AS at, '' AS id WHERE kept.first_asked_at IS NOT NULL
    UNION ALL (SELECT sent_at, id FROM chat_messages AS said
               WHERE said.chat_id = chat.chat_id AND said.store_id = chat.store_id AND sender = 'client'
               ORDER BY sent_at, id LIMIT 1)
    LIMIT 1
) AS asked ON true
LEFT JOIN LATERAL (
    SELECT sent_at FROM chat_messages AS said
    WHERE said.chat_id = chat.chat_id AND said.store_id = chat.store_id AND kept.person_answered_at IS NULL
      AND (sent_at, said.id) > (CASE WHEN kept.chat_id IS NULL THEN asked.at ELSE chat.since END, asked.id)
      AND sender = 'seller' AND automatic IS NOT TRUE AND source IS DISTINCT FROM 'seller-public-api'
    ORDER BY sent_at, said.id LIMIT 1
) AS person ON true
LEFT JOIN LATERAL (
    SELECT sent_at FROM chat_messages AS said
    WHERE said.chat_id = chat.chat_id AND said.store_id = chat.store_id AND kept.program_answered_at IS NULL
      AND (sent_at, said.id) > (CASE WHEN kept.chat_id IS NULL THEN asked.at ELSE chat.since END, asked.id)
      AND sender = 'seller' AND source = 'seller-public-api'
    ORDER BY sent_at, said.id LIMIT 1
) AS program ON true
ORDER BY chat.store_id, chat.chat_id -- so that two who refresh the same chats wait for each other in one order
ON CONFLICT (store_id, chat_id) DO UPDATE
SET waiting_since = excluded.waiting_since, threat = excluded.threat, first_asked_at = excluded.first_asked_at,
    person_answered_at = excluded.person_answered_at, program_answered_at = excluded.program_answered_at
WHERE (known.waiting_since, known.threat, known.first_asked_at, known.person_answered_at, known.program_answered_at)
      IS DISTINCT FROM (excluded.waiting_since, excluded.threat, excluded.first_asked_at, excluded.person_answered_at,
                        excluded.program_answered_at);
END
$$;

-- The counts of days that messages add, or take with a sign of -1.
CREATE FUNCTION add_to_message_days(of_stores text[], of_days date[], of_writers text[], signs integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
INSERT INTO message_days AS known (store_id, day, buyers, people, programs, wb)
SELECT store_id, day, coalesce(sum(sign) FILTER (WHERE writer = 'buyer'), 0),
       coalesce(sum(sign) FILTER (WHERE writer = 'person'), 0),
       coalesce(sum(sign) FILTER (WHERE writer = 'program'), 0), coalesce(sum(sign) FILTER (WHERE writer = 'wb'), 0)
FROM unnest(of_stores, of_days, of_writers, signs) AS counted(store_id, day, writer, sign)
GROUP BY store_id, day ORDER BY store_id, day
ON CONFLICT (store_id, day) DO UPDATE
SET buyers = known.buyers + excluded.buyers, people = known.people + excluded.people,
    programs = known.programs + excluded.programs, wb = known.wb + excluded.wb;
END
$$;

CREATE FUNCTION note_messages() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM add_to_message_days(array_agg(store_id), array_agg(day), array_agg(writer), array_agg(messages))
        FROM (SELECT store_id, moscow_day(sent_at) AS day, writer_of(sender, automatic, source) AS writer,
                     count(*)::integer AS messages FROM came GROUP BY 1, 2, 3) AS counted;
        UPDATE no_answer_marks AS mark SET ended_at = now()
        FROM (SELECT DISTINCT store_id, chat_id FROM came WHERE sender = 'client') AS said
        WHERE mark.store_id = said.store_id AND mark.chat_id = said.chat_id AND ended_at IS NULL;
        PERFORM refresh_chat_turns(array_agg(store_id), array_agg(chat_id), array_agg(since))
        FROM (SELECT store_id, chat_id, min(sent_at) AS since FROM came GROUP BY store_id, chat_id) AS touched;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM add_to_message_days(array_agg(store_id), array_agg(moscow_day(sent_at)),
                                    array_agg(writer_of(sender, automatic, source)), array_agg(-1)) FROM went;
        PERFORM refresh_chat_turns(array_agg(store_id), array_agg(chat_id), array_agg(CAST('-infinity' AS timestamptz)))
        FROM went;
    ELSE
        -- Most changes are of other columns: those of turns are compared first.
        PERFORM add_to_message_days(array_agg(store_id), array_agg(moscow_day(sent_at)),
                                    array_agg(writer_of(sender, automatic, source)), array_agg(sign)),
                refresh_chat_turns(array_agg(store_id), array_agg(chat_id), array_agg(CAST('-infinity' AS timestamptz)))
        FROM (SELECT change.* FROM went JOIN came USING (store_id, id)
              CROSS JOIN LATERAL (VALUES
                  (store_id, went.chat_id, went.sender, went.automatic, went.source, went.sent_at, -1),
                  (store_id, came.chat_id, came.sender, came.automatic, came.source, came.sent_at, 1)
              ) AS change(store_id, chat_id, sender, automatic, source, sent_at, sign)
              WHERE (went.chat_id, went.sender, went.automatic, went.source, went.sent_at, went.text,
                     went.prefix_characters)
                    IS DISTINCT FROM (came.chat_id, came.sender, came.automatic, came.source, came.sent_at, came.text,
                                      came.prefix_characters)) AS changed;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER messages_came AFTER INSERT ON chat_messages REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION note_messages();
CREATE TRIGGER messages_went AFTER DELETE ON chat_messages REFERENCING OLD TABLE AS went
    FOR EACH STATEMENT EXECUTE FUNCTION note_messages();
CREATE TRIGGER messages_changed AFTER UPDATE ON chat_messages REFERENCING OLD TABLE AS went NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION note_messages();

-- What these were read for is read from the tables above now. database/marks.py goes
-- from chat to chat: a marking that was broken off begins anew.
DROP INDEX chats_newest_unanswered;
DROP INDEX chat_messages_by_day;
UPDATE automatic_marks SET next_after = NULL WHERE next_after IS NOT NULL;
-- Each message was looked up once more for it. The statement that stores a message makes its chat.
ALTER TABLE chat_messages DROP CONSTRAINT chat_messages_store_id_chat_id_fkey;

-- The same as before, of the kept turns: who was marked as needing no answer is not urgent.
CREATE OR REPLACE VIEW chat_urgency AS
SELECT chats.store_id,
       chats.id AS chat_id,
       turns.waiting_since,
       turns.waiting_since + interval '10 days' AS answer_by,
       turns.threat,
       CASE WHEN turns.waiting_since <= now() - interval '10 days' THEN 3                       -- overdue
            WHEN turns.waiting_since <= now() - interval '7 days' OR turns.threat IS NOT NULL THEN 2 -- urgent
            WHEN turns.waiting_since <= now() - interval '5 days' THEN 1                        -- due soon
            ELSE 0 END AS urgency
FROM chat_turns AS turns
JOIN chats ON chats.store_id = turns.store_id AND chats.id = turns.chat_id
WHERE coalesce(chats.last_message_at, '-infinity') > now() - interval '30 days'
  AND turns.waiting_since IS NOT NULL
  AND (chats.tag IS NULL OR chats.tag NOT IN ('thanks', 'spam') OR turns.threat IS NOT NULL);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
        GRANT SELECT ON chat_turns, message_days, no_answer_marks, unfinished_fills TO chat_viewer;
        GRANT INSERT, UPDATE (ended_at, ended_by) ON no_answer_marks TO chat_viewer;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer did not get its rights on turns.';
END
$$;
