-- First answers of a period are read from this index alone. Where the tables of 0013 come with the same update, they are
-- still empty here.
CREATE INDEX chat_turns_first_asked ON chat_turns (first_asked_at)
    INCLUDE (store_id, person_answered_at, program_answered_at);
