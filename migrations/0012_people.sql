-- What people do from a command line: ask in SQL of their own as a role that may read and nothing else, and label.

ALTER TABLE chat_labels ADD COLUMN set_by text;            -- who set it, as the command said: unverified
ALTER TABLE chat_labels ADD COLUMN released_by text;       -- who released it, likewise

-- Marking by a new list that is not finished: it goes on from there.
ALTER TABLE automatic_marks ALTER COLUMN digest DROP NOT NULL; -- NULL: no list was marked by to the end yet
ALTER TABLE automatic_marks ADD COLUMN next_digest text;   -- of the new list
ALTER TABLE automatic_marks ADD COLUMN next_after jsonb;   -- the key of the last message that is marked by it
ALTER TABLE automatic_marks ADD COLUMN next_since timestamptz; -- when its marking began

-- A document of WB's in which what Postgres' text cannot hold (NUL, lone surrogates) is U+FFFD, as in the column `text`.
-- An escaped backslash is written in another way first, so that what follows it is no escape.
CREATE FUNCTION readable_json(document json) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE
    WHEN document::text !~* '\\u(0000|d[89a-f])' THEN document
    ELSE regexp_replace(
        regexp_replace(document::text, '\\\\', '\\u005c', 'g'),
        '\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}',
        '\\ufffd', 'gi')::json END;

-- Postgres' own operators refuse such a document altogether, so that one message would spoil every query on `raw`.
-- Everywhere but in answer_query() Postgres' own come first.
CREATE FUNCTION read_json(document json, key text) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.->) key;
CREATE FUNCTION read_json(document json, place integer) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.->) place;
CREATE FUNCTION read_json(document json, path text[]) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.#>) path;
CREATE FUNCTION read_json_text(document json, key text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.->>) key;
CREATE FUNCTION read_json_text(document json, place integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.->>) place;
CREATE FUNCTION read_json_text(document json, path text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN readable_json(document) OPERATOR(pg_catalog.#>>) path;
CREATE OPERATOR -> (LEFTARG = json, RIGHTARG = text, FUNCTION = read_json);
CREATE OPERATOR -> (LEFTARG = json, RIGHTARG = integer, FUNCTION = read_json);
CREATE OPERATOR #> (LEFTARG = json, RIGHTARG = text[], FUNCTION = read_json);
CREATE OPERATOR ->> (LEFTARG = json, RIGHTARG = text, FUNCTION = read_json_text);
CREATE OPERATOR ->> (LEFTARG = json, RIGHTARG = integer, FUNCTION = read_json_text);
CREATE OPERATOR #>> (LEFTARG = json, RIGHTARG = text[], FUNCTION = read_json_text);

-- A person's own query: each row as a JSON object, and NULL where rows were left out. It runs with the rights of
-- chat_reader, whoever calls: inside a SECURITY DEFINER function Postgres lets nobody change into another role. What
-- gives no rows (DO, SET, COPY, several statements) is refused. A dump that was restored without owners has this
-- function with another owner's rights: then it refuses everything.
CREATE FUNCTION answer_query(query text, most_rows integer, most_bytes integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog
AS $$
DECLARE
    answer record;
    line text;
BEGIN
    IF current_user <> 'chat_reader' THEN
        RAISE insufficient_privilege USING MESSAGE = 'answer_query() belongs to another role than chat_reader.',
            HINT = 'docs/architecture.md says how an administrator gives it to chat_reader.';
    END IF;
    FOR answer IN EXECUTE query LOOP
        line := row_to_json(answer);
        most_rows := most_rows - 1;
        most_bytes := most_bytes - octet_length(line);
        IF most_rows < 0 OR most_bytes < 0 THEN
            RETURN NEXT NULL;
            RETURN;
        END IF;
        RETURN NEXT line;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION answer_query(text, integer, integer) FROM PUBLIC;

-- The role reads every table, also those of later migrations. On RDS it is ReadDataFunction's login. To give it the
-- function, the owner of the tables is its member for a moment, and not longer: on RDS whoever is a member of rds_iam
-- cannot log in with a password any more. Who migrates without the right to make roles gets everything but the role.
DO $$
DECLARE
    was_member boolean;
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_reader') THEN
            CREATE ROLE chat_reader NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this server is being migrated at the same moment
    END;
    was_member := EXISTS (SELECT FROM pg_auth_members WHERE roleid = 'chat_reader'::regrole
                          AND member = current_user::regrole AND grantor = current_user::regrole);
    GRANT USAGE, CREATE ON SCHEMA public TO chat_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO chat_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO chat_reader;
    IF NOT was_member THEN
        GRANT chat_reader TO CURRENT_USER;
    END IF;
    ALTER FUNCTION answer_query(text, integer, integer) OWNER TO chat_reader;
    GRANT EXECUTE ON FUNCTION answer_query(text, integer, integer) TO CURRENT_USER;
    IF NOT was_member THEN
        REVOKE chat_reader FROM CURRENT_USER;
    END IF;
    REVOKE CREATE ON SCHEMA public FROM chat_reader;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
        ALTER ROLE chat_reader LOGIN;
        GRANT rds_iam TO chat_reader;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_reader was not made.';
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chat_viewer') THEN
        GRANT UPDATE (released_by) ON chat_labels TO chat_viewer;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'The role chat_viewer did not get its right to release labels.';
END
$$;
