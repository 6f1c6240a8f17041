"""The one way past row-level security that PostgreSQL's search needs: a function that only answers for the tenant.

Under row-level security the server uses no index for LIKE and likeness, because those operators might tell
on the rows they see; a search would read everything. This function runs as its owner, looks at the tenant of
the transaction only, and gives back nothing but ids. A word counts as a slip of the pen where no text has it.

It relies on no statistics, which a table that was just filled has not: `tenant_id || ''` can be looked up in no
index, so that the trigrams' index is taken; how common a piece is, a sample of the pages tells. Common pieces
are in too many texts to be looked up: they vote for texts that the rare ones found, and for some more where
those found too few.
"""

import hashlib

FUNCTION = "friday_texts_like"
HAS_TRIGRAMS = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"

# Also where somebody installed pg_trgm after the migrations had run.
INDEX = "CREATE INDEX IF NOT EXISTS gin_texts_folded ON texts USING gin (folded gin_trgm_ops)"

_CREATE = """
CREATE OR REPLACE FUNCTION friday_texts_like(
  likes text[], slips text[], labels text[], wanted text[], general boolean, at timestamptz, most integer
) RETURNS SETOF text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = {schema}, public, pg_temp
SET pg_trgm.word_similarity_threshold = '0.5'
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
  own text := current_setting('app.tenant_id', true);
  pages float8 := greatest(1, pg_relation_size('texts') / 8192.0);
  rare text[];
  common text[];
  missed text[];
BEGIN
  WITH seen AS MATERIALIZED (
    SELECT s.folded FROM texts s TABLESAMPLE SYSTEM (least(100, 100 * {pages} / pages)) REPEATABLE (1)
  ), counted AS MATERIALIZED (
    SELECT l, greatest(1, pages / {pages}) * (SELECT count(*) FROM seen s WHERE s.folded LIKE l) AS about
      FROM unnest(likes) l
  )
  SELECT array_agg(l) FILTER (WHERE about <= {most_looked_up}),
         array_agg(l) FILTER (WHERE about > {most_looked_up}) INTO rare, common FROM counted;
  SELECT array_agg(s) INTO missed FROM unnest(slips) s
   WHERE NOT EXISTS (SELECT 1 FROM unnest(common) c WHERE s LIKE c) AND NOT EXISTS (
     SELECT 1 FROM texts w WHERE w.folded LIKE '%' || s || '%' AND w.tenant_id || '' = own);
  RETURN QUERY
  WITH found AS MATERIALIZED (
    SELECT l AS piece, t.id, t.folded, 1.0::float8 AS likeness FROM unnest(rare) l CROSS JOIN LATERAL (
      SELECT x.id, x.folded FROM texts x WHERE x.folded LIKE l AND x.tenant_id || '' = own AND {allowed}
       LIMIT {most_of_one}) t
    UNION ALL
    SELECT s, t.id, t.folded, t.likeness FROM unnest(missed) s CROSS JOIN LATERAL (
      SELECT x.id, x.folded, word_similarity(s, x.folded)::float8 AS likeness FROM texts x
       WHERE s <% x.folded AND x.tenant_id || '' = own AND {allowed}
       LIMIT {most_slips}) t
  ), pool AS (
    (SELECT DISTINCT ON (f.id) f.id, f.folded FROM found f WHERE common IS NOT NULL)
    UNION ALL
    (SELECT x.id, x.folded FROM texts x WHERE x.tenant_id = own AND {allowed} AND common IS NOT NULL
        AND x.id NOT IN (SELECT f.id FROM found f)
      LIMIT CASE WHEN (SELECT count(*) FROM found) < most THEN {most_read} ELSE 0 END)
  ), weighed AS (
    SELECT f.id, likeness * likeness / ln(3 + count(*) OVER (PARTITION BY piece)) AS points FROM found f
    UNION ALL
    SELECT p.id, 1 / ln(3 + {most_of_one}) FROM pool p, unnest(common) c WHERE p.folded LIKE c
  )
  SELECT w.id::text FROM weighed w GROUP BY w.id ORDER BY sum(w.points) DESC, w.id LIMIT most;
END $$
"""
_ALLOWED = """x.readers = ANY (labels)
         AND (x.valid_until IS NULL OR x.valid_until > at)
         AND (wanted IS NULL OR x.kind = ANY (wanted)) AND (NOT general OR x.about_id IS NULL)"""
MOST_OF_ONE = 1000
MOST_SLIPS = 150
"""Each costs a twentieth of a millisecond to compare."""
MOST_LOOKED_UP = 5000
MOST_READ = 3000
PAGES = 40
"""Of 8 kB, which hold about a thousand texts."""


def postgresql_function(schema: str) -> str:
    """The SQL that makes the function; `schema` is quoted already."""
    return f"{_made(schema)}; COMMENT ON FUNCTION {FUNCTION} IS '{DIGEST}'"


def _made(schema: str) -> str:
    return _CREATE.format(
        schema=schema,
        allowed=_ALLOWED,
        most_of_one=MOST_OF_ONE,
        most_slips=MOST_SLIPS,
        most_looked_up=MOST_LOOKED_UP,
        most_read=MOST_READ,
        pages=PAGES,
    )


DIGEST = hashlib.sha256(_made("").encode()).hexdigest()[:16]
"""Stands beside the function in the database, so that one of an earlier version is found out."""
