"""The words that a lead or a customer is looked up by: one folded column, which the database itself keeps.

Triggers do it, and not our code, because rows are also written in bulk, blanked and merged; a customer that
was merged into another has no words. On SQLite they keep a trigram index as well, whose rows are numbered
tenant by tenant (see `seeking`).
"""

LEAD = ("name", "street", "postal_code", "city", "email", "phone", "source")
CUSTOMER = ("name", "street", "postal_code", "city")
CONTACTS = {"customer_emails": "email", "customer_phones": "phone"}
NUMBERS_OF_ONE_TENANT = 2**32
"""A lead's number is below it, so that a tenant's leads are one range of row numbers in the index."""

_POSTGRESQL_FOLD = r"""
CREATE OR REPLACE FUNCTION friday_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(btrim(regexp_replace(lower(regexp_replace(normalize(
    {letters}, NFKD), '[\u0300-\u036f]', '', 'g')), '\s+', ' ', 'g')), '(?<=\d) (?=\d)', '', 'g')
$$;
"""
_LETTERS = {
    "æ": "ae", "Æ": "ae", "ä": "ae", "Ä": "ae", "ø": "oe", "Ø": "oe", "ö": "oe", "Ö": "oe",
    "å": "aa", "Å": "aa", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ß": "ss",
}  # fmt: skip
_POSTGRESQL_TRIGGERS = """
CREATE OR REPLACE FUNCTION friday_lead_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.words := ' ' || friday_fold({lead});
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION friday_customer_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.words := CASE WHEN NEW.merged_into IS NULL THEN ' ' || friday_fold({customer}) END;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION friday_contact_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE customers SET words = NULL WHERE tenant_id = OLD.tenant_id AND id = OLD.customer_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE customers SET words = NULL WHERE tenant_id = NEW.tenant_id AND id = NEW.customer_id;
  END IF;
  RETURN NULL;
END $$;
"""
POSTGRESQL_TRIGGERS = {
    "guard_leads_words": ("leads", "BEFORE INSERT OR UPDATE", "friday_lead_words"),
    "guard_customers_words": ("customers", "BEFORE INSERT OR UPDATE", "friday_customer_words"),
} | {
    f"guard_{table}_words": (table, "AFTER INSERT OR UPDATE OR DELETE", "friday_contact_words")
    for table in CONTACTS
}


def sqlite_words(table: str) -> str:
    """The expression for the column `words` of leads or customers, over their own columns."""
    # A blank begins every word, and the marks keep two numbers from becoming one.
    if table == "leads":
        return f"' ' || fold({_joined(LEAD)} || ' ; =' || coalesce(service, '') || '=')"
    contacts = " || ' ; ' || ".join(
        f"coalesce((SELECT group_concat({column}, ' ; ') FROM {name} c "
        f"WHERE c.tenant_id = customers.tenant_id AND c.customer_id = customers.id), '')"
        for name, column in CONTACTS.items()
    )
    words = f"' ' || fold({_joined(CUSTOMER)} || ' ; #' || number || '# ; ' || {contacts})"
    return f"CASE WHEN merged_into IS NULL THEN {words} END"


def sqlite_row(of: str) -> str:
    """The number in the index of a row that `of` (NEW, OLD, or a table) names."""
    tenant = f"coalesce((SELECT number FROM tenants WHERE id = {of}.tenant_id), 0)"
    return f"{tenant} * {NUMBERS_OF_ONE_TENANT} + {of}.number"


def sqlite_triggers() -> dict[str, dict[str, str]]:
    """Table → trigger's name → SQL."""
    found = {"leads": _sqlite("leads", (*LEAD, "service"))}
    found["customers"] = _sqlite("customers", (*CUSTOMER, "merged_into"))
    for table in CONTACTS:
        name = f"guard_{table}_words"
        words = f"UPDATE customers SET words = {sqlite_words('customers')}"
        old = f"{words} WHERE tenant_id = OLD.tenant_id AND id = OLD.customer_id"
        new = f"{words} WHERE tenant_id = NEW.tenant_id AND id = NEW.customer_id"
        found[table] = {
            f"{name}_insert": f"CREATE TRIGGER {name}_insert AFTER INSERT ON {table} BEGIN {new}; END",
            f"{name}_update": f"CREATE TRIGGER {name}_update AFTER UPDATE ON {table} "
            f"BEGIN {old}; {new}; END",
            f"{name}_delete": f"CREATE TRIGGER {name}_delete AFTER DELETE ON {table} BEGIN {old}; END",
        }
    return found


def postgresql_statements() -> list[str]:
    """Functions and triggers; running them again changes nothing."""
    folded = "said"
    for letter, spelt in _LETTERS.items():
        folded = f"replace({folded}, '{letter}', '{spelt}')"
    lead = ", ".join(f"NEW.{column}" for column in LEAD)
    customer = ", ".join(f"NEW.{column}" for column in CUSTOMER)
    contacts = ", ".join(
        f"(SELECT string_agg({column}, ' ; ') FROM {name} c "
        "WHERE c.tenant_id = NEW.tenant_id AND c.customer_id = NEW.id)"
        for name, column in CONTACTS.items()
    )
    statements = [
        _POSTGRESQL_FOLD.replace("{letters}", f"normalize({folded}, NFKC)"),
        _POSTGRESQL_TRIGGERS.replace(
            "{lead}", f"concat_ws(' ; ', {lead}, '=' || NEW.service || '=')"
        ).replace(
            "{customer}", f"concat_ws(' ; ', {customer}, '#' || NEW.number || '#', {contacts})"
        ),
    ]
    for name, (table, when, function) in POSTGRESQL_TRIGGERS.items():
        statements += [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        ]
    return statements


def _joined(columns: tuple[str, ...]) -> str:
    return " || ' ; ' || ".join(f"coalesce({column}, '')" for column in columns)


def _sqlite(table: str, columns: tuple[str, ...]) -> dict[str, str]:
    words = f"UPDATE {table} SET words = {sqlite_words(table)} WHERE rowid = NEW.rowid"
    add = (
        f"INSERT INTO {table}_fts (rowid, words) SELECT {sqlite_row('NEW')}, NEW.words "
        "WHERE NEW.words IS NOT NULL"
    )
    remove = (
        f"INSERT INTO {table}_fts ({table}_fts, rowid, words) "
        f"SELECT 'delete', {sqlite_row('OLD')}, OLD.words WHERE OLD.words IS NOT NULL"
    )
    said, index = f"guard_{table}_words", f"guard_{table}_index"
    return {
        f"{said}_insert": f"CREATE TRIGGER {said}_insert AFTER INSERT ON {table} BEGIN {words}; END",
        f"{said}_update": f"CREATE TRIGGER {said}_update AFTER UPDATE OF {', '.join(columns)} "
        f"ON {table} BEGIN {words}; END",
        f"{index}_update": f"CREATE TRIGGER {index}_update AFTER UPDATE OF words ON {table} "
        f"WHEN NEW.words IS NOT OLD.words BEGIN {remove}; {add}; END",
        f"{index}_delete": f"CREATE TRIGGER {index}_delete AFTER DELETE ON {table} BEGIN {remove}; END",
    }
