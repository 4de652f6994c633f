-- One normal form for what is searched and what is searched for: decomposed letters, soft hyphens, characters without
-- width, capitals of all Cyrillic letters, ё, stress marks, full-width digits. Only letters and digits are left of it,
-- so that a link, a number with separators and an address of mail are the words that they consist of.
--
-- search_words() keeps its name and with it its indexes. What is stored from now on is in them by the new form at once;
-- what was stored before is found as before until database/search_indexes.py has built each index anew, beside its use.
-- The release before asks search_words(...) @@ websearch_to_tsquery('russian', search_text(...)), and goes on finding.

-- The letters: the text in small letters without what is not seen, with its punctuation. The form: what is indexed, and
-- what marks are made in. Nearly all texts have Russian and ASCII letters alone and take the quick way, which has
-- nothing that the other would treat differently. Behind the words of a form stand the numbers that are written in
-- groups, each as one word; of a telephone also its seven digits without the code.
-- What makes small letters is written into both: pg_c_utf8 is Postgres 17's, and where a locale knows no Cyrillic, its
-- capitals are listed.
DO $$
DECLARE
    capitals text;
    smalls text;
    made text;
BEGIN
    SELECT string_agg(chr(code), '' ORDER BY code), string_agg(chr(code + distance), '' ORDER BY code)
    INTO capitals, smalls
    FROM (SELECT code, CASE WHEN code < 256 OR code BETWEEN 1040 AND 1071 THEN 32 WHEN code < 1040 THEN 80
                            WHEN code = 1216 THEN 15 ELSE 1 END AS distance
          FROM generate_series(192, 1327) AS code
          WHERE code BETWEEN 192 AND 222 AND code <> 215 OR code BETWEEN 1024 AND 1071 OR code = 1216
             OR (code BETWEEN 1120 AND 1152 OR code BETWEEN 1162 AND 1214 OR code BETWEEN 1232 AND 1326) AND code % 2 = 0
             OR code BETWEEN 1217 AND 1229 AND code % 2 = 1) AS pairs;
    made := CASE WHEN EXISTS (SELECT FROM pg_collation WHERE collname = 'pg_c_utf8')
                 THEN 'lower(said COLLATE pg_c_utf8) COLLATE "default"'
                 WHEN lower('I' || capitals) = 'i' || smalls THEN 'lower(said)'
                 ELSE format('translate(lower(said COLLATE "C") COLLATE "default", %L, %L)', capitals, smalls) END;
    EXECUTE replace($functions$
        CREATE FUNCTION search_letters(said text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
        AS $function$
        BEGIN
            said := left(said, 20000);
            IF said !~ ('[^\u0001-&(-_a-\u007f\u00a0«»\u0401\u0410-\u044f\u0451–—“”„…₽\u2600-\u27bf'
                        '\U0001f300-\U0001faff]') THEN
                RETURN replace(<lower>, 'ё', 'е');
            END IF;
            -- Without width or directions of writing; variation selectors, tags.
            said := regexp_replace(
                said, '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'
                      '\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]', '', 'g');
            -- Signs that NFKC spells out (No, TM), and apostrophes, one of which it takes for a space with an accent.
            said := translate(said, '№™℠℡ªº’‘ʼ`´′՚＇', '      ''''''''''''''''');
            said := normalize(said, NFKC);
            said := <lower>;
            -- Accents of Latin letters; then of all letters what makes no other letter of them, such as stress marks.
            said := regexp_replace(normalize(said, NFD), '(?<=[a-z])[\u0300-\u036f]+', '', 'g');
            said := regexp_replace(
                normalize(said, NFC),
                '[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]', '', 'g');
            said := translate(said, 'ёѐѝ', 'ееи');
            RETURN regexp_replace(
                said, '(?<=[a-z\u00df-\u02af\u0370-\u1fff])''(?=[a-z\u00df-\u02af\u0370-\u1fff])', '', 'g');
        END
        $function$;

        CREATE FUNCTION search_form(said text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
        AS $function$
        DECLARE
            letters text;
            form text;
            number text;
        BEGIN
            said := left(said, 20000);
            IF said !~ ('[^\u0001-&(-/:-_a-\u007f\u00a0«»\u0401\u0410-\u044f\u0451–—“”„…₽\u2600-\u27bf'
                        '\U0001f300-\U0001faff]') THEN
                RETURN regexp_replace(replace(<lower>, 'ё', 'е'), '[^a-zа-я ]', ' ', 'g');
            END IF;
            letters := search_letters(said);
            form := search_parts(letters);
            IF letters ~ '[0-9][ \u00a0.()\u2010-\u2015\u2212-]{1,3}[0-9]|[0-9]{10}' THEN
                FOREACH number IN ARRAY search_numbers(letters) LOOP
                    form := form || ' ' || number;
                    IF length(number) = 10 THEN
                        form := form || ' ' || right(number, 7);
                    END IF;
                END LOOP;
            END IF;
            RETURN form;
        END
        $function$
    $functions$, '<lower>', made);
END
$$;

-- The words of letters: signs are spaces, and numbers are parted from the letters that they touch: «iphone15», «100мл»,
-- «160х200». A hash becomes many words, which are found side by side.
CREATE FUNCTION search_parts(letters text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    letters := regexp_replace(
        letters, '[\u0001-\u001f!-/:-@\[-`{-\u00bf\u00d7\u00f7\u02b0-\u02ff\u037e\u0387\u055a-\u055f\u0589\u05be\u05f3'
                 '\u05f4\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u1680\u2000-\u2bff\u2e00-\u2e7f\u3000-\u3004'
                 '\u3008-\u3020\u3030\u303d\u30fb\ue000-\uf8ff\ufe10-\ufe6f\ufffc\ufffd\U0001f000-\U0001faff]',
        ' ', 'g');
    IF letters ~ '[0-9][^0-9 ]|[^0-9 ][0-9]' THEN
        letters := regexp_replace(letters, '(?<=[0-9])[xх](?=[0-9])', ' ', 'g');
        letters := regexp_replace(letters, '(?<=[0-9])(?=[^0-9 ])|(?<=[^0-9 ])(?=[0-9])', ' ', 'g');
    END IF;
    RETURN letters;
END
$$;

-- Numbers that are written in groups, as one word each: ten digits of a Russian telephone, all of a foreign one, groups
-- with hyphens, thousands, cards.
CREATE FUNCTION search_numbers(letters text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY(
    SELECT digits FROM regexp_matches(
        regexp_replace(letters, '[\u2010-\u2015\u2212]', '-', 'g'),
        '(?:(?<![0-9])(?:\+?7|8)?[ \u00a0.(-]{0,3}'
            '([3-9][0-9]{2}[ \u00a0.)-]{0,3}[0-9]{3}[ \u00a0.-]?[0-9]{2}[ \u00a0.-]?[0-9]{2})'
        '|(\+(?!7)[0-9](?:[ \u00a0.()-]{0,3}[0-9]){6,14}'
            '|(?<![0-9-])[0-9]+(?:-[0-9]+)+'
            '|(?<![0-9a-zа-я])[0-9]{1,3}(?:[ \u00a0][0-9]{3})+'
            '|(?<![0-9a-zа-я])[0-9]{4}(?:[ \u00a0][0-9]{4}){3}))(?![0-9])', 'g') AS groups,
    LATERAL coalesce(groups[1], groups[2]) AS written, LATERAL regexp_replace(written, '[^0-9]', '', 'g') AS digits
    WHERE length(digits) >= CASE WHEN written ~ '-' THEN 6 ELSE 4 END);

CREATE OR REPLACE FUNCTION search_words(said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000 SET search_path FROM CURRENT
AS $$ BEGIN RETURN to_tsvector('pg_catalog.russian', search_form(said)); END $$;

-- One word of a question; NULL for a stop word. A half-typed one is found by its beginning. The index holds stems: where
-- the beginning is longer than the stem of the word it will be («возвращаютс»), trying the ends of words finds the stem.
CREATE FUNCTION search_word(word text, half_typed boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    asked tsquery;
    stemmer regdictionary := 'pg_catalog.russian_stem';
    endings text := 'а е и й м о т у х ь ю я ы ая ее ей ем ет ею ие ий им ит их ла ли ло ля ми му на не но ны ов ое ой ок '
                    'ом ся те ти ть ут ух ую ый ым ые ых ше ют юю яя ам ах ям ях ями ами его ему ете йте ите ись ого '
                    'ому ось ться тся ется ются ится ятся ешь ишь ими ыми шие ший ного ному ными ости ость остью '
                    'ание ания ения ение';
    stems text;
BEGIN
    word := left(word, 200); -- Postgres refuses a word of 2 KB
    asked := plainto_tsquery('pg_catalog.russian', word);
    IF numnode(asked) = 0 THEN
        RETURN NULL;
    ELSIF NOT half_typed THEN
        RETURN asked;
    END IF;
    IF word ~ '^[a-z]+$' THEN
        stemmer := 'pg_catalog.english_stem';
        endings := 'd e g s y ed er es ly ng ing';
    END IF;
    IF word ~ '^([a-z]{4,}|[а-я]{4,})$' THEN
        SELECT string_agg(DISTINCT quote_literal(stem), ' | ') INTO stems
        FROM unnest(string_to_array(endings, ' ')) AS ending, unnest(ts_lexize(stemmer, word || ending)) AS stem
        WHERE length(stem) BETWEEN 3 AND length(word) - 1 AND starts_with(word, stem)
          AND stem <> ALL(ts_lexize(stemmer, word));
    END IF;
    asked := asked || (quote_literal(word) || ':*')::tsquery;
    RETURN coalesce(asked || stems::tsquery, asked);
END
$$;

-- The letters of one term of a question; several words in it are a phrase, such as «кое-что», "46/48", a link.
CREATE FUNCTION search_term(letters text, half_typed boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    article text := substring(letters, '(?:wildberries\.[a-z]+|wb\.ru)/(?:.*/)?(?:catalog/|.*[?&](?:card|nm)=)([0-9]{4,})');
    parts text[];
    asked tsquery;
    part tsquery;
    number text;
    distance integer := 1;
BEGIN
    -- Of a link without what does not say where it leads.
    IF letters ~ '^[^/ ]*https?://|^[^/ ]+\.[^/ ]+/|^www\.' THEN
        letters := regexp_replace(letters, '^([^/ ]*https?://)?(www\.)?', '');
        letters := regexp_replace(letters, '#.*|[?](?!(v|id|q|p|card|nm)=).*|&.*', '');
    ELSIF letters ~ '^[0-9]{4,}[.,][0-9]{2}$' THEN -- a price, whose thousands the text may part
        asked := search_word(regexp_replace(letters, '...$', ''), false);
        RETURN CASE WHEN letters ~ '00$' THEN asked ELSE asked && search_word(right(letters, 2), false) END;
    END IF;
    parts := regexp_split_to_array(trim(search_parts(letters)), ' +');
    half_typed := half_typed AND length(array_to_string(parts, '')) >= 3;
    FOR place IN 1 .. cardinality(parts) LOOP
        part := search_word(parts[place], half_typed AND place = cardinality(parts));
        asked := coalesce(tsquery_phrase(asked, part, distance), part, asked);
        distance := CASE WHEN part IS NULL THEN distance + 1 ELSE 1 END;
    END LOOP;
    IF letters ~ '^[+(]?[0-9][0-9 ().\u2010-\u2015\u2212-]*$' THEN
        FOREACH number IN ARRAY search_numbers(letters) LOOP
            asked := asked || search_word(number, half_typed);
        END LOOP;
    END IF;
    IF half_typed AND letters ~ '^(\+?7|8)[3-9][0-9]{5,8}$' THEN -- a telephone, of which the index holds what follows
        asked := asked || search_word(regexp_replace(letters, '^(\+?7|8)', ''), true);
    END IF;
    RETURN coalesce(asked || search_word(article, false), asked);
END
$$;

-- A number that is asked for in groups: all of its groups in any place, or all of it as one.
CREATE FUNCTION search_groups(letters text, half_typed boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    part text;
    number text;
    asked tsquery;
BEGIN
    FOREACH part IN ARRAY regexp_split_to_array(trim(letters), ' +') LOOP
        asked := coalesce(asked && search_term(part, false), search_term(part, false), asked);
    END LOOP;
    FOREACH number IN ARRAY search_numbers(letters) LOOP
        asked := asked || search_word(number, half_typed);
    END LOOP;
    RETURN asked;
END
$$;

-- What people ask for: words in any order, "words side by side", -without, or. The last word may be half-typed. It
-- refuses nothing, and returns an empty query where nothing can be looked for.
CREATE FUNCTION search_query(words text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET client_min_messages = warning
AS $$
DECLARE
    written text := translate(search_letters(left(words, 500)), U&'«»“”„\00a0', '""""" ');
    terms text[] := ARRAY(SELECT matched[1] FROM regexp_matches(
        written, '(-?"[^"]*"?|-?[+(]?[0-9](?:[0-9().,-]| (?=[0-9(]))*[0-9](?=\s|$)|[^\s"]+)', 'g') AS matched);
    term text;
    quoted boolean;
    half_typed boolean;
    part tsquery;
    asked tsquery := '';
    any_of tsquery := '';
BEGIN
    FOR place IN 1 .. cardinality(terms) LOOP
        quoted := terms[place] ~ '"';
        term := regexp_replace(terms[place], '^-?"?|"$', '', 'g');
        half_typed := place = cardinality(terms) AND NOT quoted AND terms[place] !~ '^-';
        IF terms[place] = 'or' THEN
            any_of := any_of || asked;
            asked := '';
            CONTINUE;
        END IF;
        part := CASE WHEN term ~ ' ' AND NOT quoted THEN search_groups(term, half_typed)
                     ELSE search_term(term, half_typed) END;
        part := CASE WHEN terms[place] ~ '^-' THEN !!part ELSE part END;
        asked := coalesce(asked && part, asked);
    END LOOP;
    RETURN any_of || asked;
END
$$;

-- Indexes that hold rows by search_words() as it was before. An index that is built anew has another number.
CREATE TABLE outdated_indexes (index oid PRIMARY KEY);
INSERT INTO outdated_indexes
SELECT name::regclass FROM unnest(ARRAY['chat_messages_by_word', 'chat_messages_by_title', 'chats_by_client_word',
                                        'chats_by_title']) AS name
WHERE EXISTS (SELECT FROM chats);
