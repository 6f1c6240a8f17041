"""The one way past row-level security that PostgreSQL's search needs: a function that only answers for the tenant.

Under row-level security the server uses no index for LIKE and likeness, because those operators might tell
on the rows they see; a search would read everything. This function runs as its owner, looks at the tenant of
the transaction only, and gives back nothing but ids. A word counts as a slip of the pen where no text has it.
"""

FUNCTION = "friday_texts_like"
HAS_TRIGRAMS = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"

_CREATE = """
CREATE OR REPLACE FUNCTION friday_texts_like(
  likes text[], slips text[], labels text[], wanted text[], general boolean, at timestamptz, most integer
) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = {schema}, public, pg_temp
SET pg_trgm.word_similarity_threshold = '0.45'
SET enable_seqscan = off
AS $$
  WITH found AS (
    SELECT l AS piece, t.id, 1.0::float8 AS likeness FROM unnest(likes) l CROSS JOIN LATERAL (
      SELECT x.id FROM texts x WHERE x.folded LIKE l
         AND x.tenant_id = current_setting('app.tenant_id', true) AND x.readers = ANY (labels)
         AND (x.valid_until IS NULL OR x.valid_until > at)
         AND (wanted IS NULL OR x.kind = ANY (wanted)) AND (NOT general OR x.about_id IS NULL)
       LIMIT {most_of_one}) t
    UNION ALL
    SELECT s, t.id, t.likeness FROM unnest(slips) s CROSS JOIN LATERAL (
      SELECT x.id, word_similarity(s, x.folded)::float8 AS likeness FROM texts x WHERE s <% x.folded
         AND x.tenant_id = current_setting('app.tenant_id', true) AND x.readers = ANY (labels)
         AND (x.valid_until IS NULL OR x.valid_until > at)
         AND (wanted IS NULL OR x.kind = ANY (wanted)) AND (NOT general OR x.about_id IS NULL)
       LIMIT {most_of_one}) t
     WHERE NOT EXISTS (
       SELECT 1 FROM texts w WHERE w.folded LIKE '%' || s || '%'
          AND w.tenant_id = current_setting('app.tenant_id', true))
  ), weighed AS (
    SELECT id, likeness * likeness / ln(3 + count(*) OVER (PARTITION BY piece)) AS points FROM found
  )
  SELECT id FROM weighed GROUP BY id ORDER BY sum(points) DESC, id LIMIT most
$$
"""
MOST_OF_ONE = 2000


def postgresql_function(schema: str) -> str:
    """The SQL that makes the function; `schema` is quoted already."""
    return _CREATE.format(schema=schema, most_of_one=MOST_OF_ONE)
