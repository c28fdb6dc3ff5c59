"""How the database stands: its rows, its rights and its rules, to compare before and after."""

from typing import Any

from django.db import connection

from tests.refusals import picture
from tests.sql.staged import STAGED

# Catalogue rows that say who may do what, and what the database does by itself.
_RULES = {
    "relations": "SELECT relname, relowner, relacl::text, relkind, reloptions::text, relrowsecurity"
    " FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    "columns": "SELECT attrelid::regclass::text, attname, attacl::text, atttypid, atttypmod"
    " FROM pg_attribute WHERE attrelid IN"
    " (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)",
    "functions": "SELECT oid, proname, proowner, proacl::text, prosecdef, proconfig::text,"
    " md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "triggers": "SELECT tgrelid, tgname, tgenabled, tgfoid FROM pg_trigger",
    "rules": "SELECT ev_class, rulename, ev_enabled FROM pg_rewrite",
    "constraints": "SELECT conrelid, conname, convalidated, pg_get_constraintdef(oid)"
    " FROM pg_constraint",
    "roles": "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,"
    " rolreplication, rolbypassrls, rolconfig::text FROM pg_roles",
    "members": "SELECT roleid, member, admin_option FROM pg_auth_members",
    "schemas": "SELECT nspname, nspowner, nspacl::text FROM pg_namespace"
    " WHERE nspname !~ '^pg_(toast_)?temp'",
    "databases": "SELECT datname, datdba, datacl::text FROM pg_database"
    " WHERE datname = current_database()",
    "defaults": "SELECT defaclrole, defaclobjtype, defaclacl::text FROM pg_default_acl",
    "extensions": "SELECT extname FROM pg_extension",
    "temporary": "SELECT count(*)::text FROM pg_class AS c"
    " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname ~ '^pg_temp'",
}


def standing() -> dict[str, Any]:
    """Read rows, rights and rules."""
    found: dict[str, Any] = dict(picture())
    with connection.cursor() as cursor:
        for table in STAGED:
            cursor.execute(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"  # noqa: S608
                f" FROM {table} AS t"
            )
            found[table] = cursor.fetchone()
        for name, statement in _RULES.items():
            cursor.execute(statement)
            found[name] = sorted(str(row) for row in cursor.fetchall())
    return found
