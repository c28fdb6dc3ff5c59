"""Statements the application's role must not get anywhere with, one for each way we could think of.

``{owner}``, ``{admin}`` and ``{app}`` are the roles, ``{database}`` the database. A line that is
indented goes on with the one before.
"""

from tests.sql import forbidden_rows

ROWS = """
DELETE FROM wallets_wallet
DELETE FROM wallets_journal
DELETE FROM wallets_posting
DELETE FROM wallets_hold
DELETE FROM wallets_holdcondition
DELETE FROM wallets_transaction
DELETE FROM wallets_idempotencykey
DELETE FROM wallets_currency
DELETE FROM events_auditevent
DELETE FROM events_outboxevent
INSERT INTO wallets_wallet (shard, available) SELECT shard, available FROM wallets_wallet
INSERT INTO wallets_posting (shard, journal_id, wallet_id, balance_type, amount) SELECT shard,
    journal_id, wallet_id, balance_type, amount FROM wallets_posting
INSERT INTO wallets_journal (shard, kind, transaction_id, transition_key, value_date) SELECT
    shard, kind, transaction_id, 'x', value_date FROM wallets_journal
INSERT INTO wallets_hold SELECT * FROM wallets_hold ON CONFLICT DO NOTHING
INSERT INTO wallets_holdcondition (shard, hold_id, code) SELECT shard, id, 'x' FROM wallets_hold
INSERT INTO wallets_wallet (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET available = 1
MERGE INTO wallets_wallet AS w USING wallets_posting AS p ON w.id = p.wallet_id WHEN MATCHED
    THEN UPDATE SET available = 1
MERGE INTO wallets_posting AS p USING wallets_wallet AS w ON w.id = p.wallet_id WHEN MATCHED
    THEN DELETE
UPDATE wallets SET available = available + 1
UPDATE ONLY wallets_wallet AS w SET (available, version) = (w.available + 1, w.version + 1)
DELETE FROM wallets
INSERT INTO wallets (wallet_id) VALUES (1)
UPDATE crypto_balances SET total = 1
UPDATE internal_balances SET total = 1
WITH more AS (UPDATE wallets_wallet SET available = available + 1 RETURNING id) SELECT * FROM more
WITH gone AS (DELETE FROM wallets_posting RETURNING id) INSERT INTO wallets_idempotencykey
    (shard, caller, key, fingerprint) SELECT 0, gen_random_uuid(), id::text, '' FROM gone
PREPARE more AS UPDATE wallets_wallet SET available = 1; EXECUTE more
BEGIN; DECLARE c CURSOR FOR SELECT * FROM wallets_wallet; FETCH c; UPDATE wallets_wallet SET
    available = 1 WHERE CURRENT OF c; COMMIT
SELECT id FROM wallets_wallet FOR UPDATE
SELECT id FROM wallets_wallet FOR NO KEY UPDATE
SELECT id FROM wallets_posting FOR KEY SHARE
TRUNCATE wallets_posting
TRUNCATE wallets_wallet, wallets_posting, wallets_journal, wallets_hold CASCADE
TRUNCATE events_auditevent RESTART IDENTITY
TRUNCATE wallets_idempotencykey
TRUNCATE wallets_transaction CASCADE
COPY wallets_wallet FROM STDIN
COPY wallets_posting (shard) FROM STDIN
COPY wallets_wallet FROM '/etc/passwd'
COPY wallets_wallet FROM PROGRAM 'id'
COPY wallets_wallet TO '/tmp/coinhub-wallets'
COPY wallets_wallet TO PROGRAM 'cat'
COPY (UPDATE wallets_wallet SET available = 1 RETURNING *) TO STDOUT
BEGIN; LOCK TABLE wallets_wallet IN ACCESS EXCLUSIVE MODE
BEGIN; LOCK TABLE wallets_posting IN EXCLUSIVE MODE
BEGIN; LOCK TABLE wallets_journal IN SHARE MODE
DO $$ BEGIN UPDATE wallets_wallet SET available = 1; END $$
DO $$ BEGIN UPDATE wallets_wallet SET available = 1; EXCEPTION WHEN OTHERS THEN NULL; END $$
DO $$ BEGIN EXECUTE 'TRUNCATE wallets_posting'; END $$
DO $$ BEGIN SET LOCAL session_replication_role = replica; DELETE FROM wallets_posting; END $$
"""

FUNCTIONS = """
SELECT ledger_book_v2(0::smallint, 1, 'x', 'x', '{1,2}', '{0,0}', '{available,available}',
    '{-1,1}', NULL, '{}')
SELECT hold_take_v1(0::smallint, 1, 'x', 'x', '{1,2}', '{0,0}', '{available,available}',
    '{-1,1}', 1, 0::smallint, 1, 'voided', NULL, '{}')
SELECT hold_place_v1(0::smallint, 1, 'x', 'x', '{1,1}', '{0,0}', '{available,locked}',
    '{-1,1}', gen_random_uuid(), 'x', '{}', NULL)
SELECT hold_capture_v1(0::smallint, 1, 'x', 'x', '{1,2}', '{0,0}', '{locked,available}',
    '{-1,1}', 1, 0::smallint)
SELECT hold_void_v1(0::smallint, 1, 'x', 'x', 1, 0::smallint, 'voided')
SELECT ledger_claim_key_v1(0::smallint, gen_random_uuid(), 'x', '', 1, NULL, NULL, now())
SELECT ledger_tell_v1(0::smallint, '{}', 'x', 'x', 'x', NULL, NULL, now())
SELECT ledger_refuse_wallet_v1(1, 0::smallint, 0, 0, 0, 0, 0)
SELECT ledger_refuse_change()
SELECT setval('wallets_posting_id_seq', 1)
SELECT setval('wallets_transaction_id_seq', 1, false)
SELECT nextval('wallets_journal_id_seq')
ALTER SEQUENCE wallets_posting_id_seq RESTART WITH 1
ALTER FUNCTION post_journal_v1 SECURITY INVOKER
ALTER FUNCTION post_journal_v1 RESET ALL
ALTER FUNCTION post_journal_v1 SET search_path = pg_temp, public
ALTER FUNCTION post_journal_v1 OWNER TO {app}
ALTER FUNCTION post_journal_v1 RENAME TO other
DROP FUNCTION post_journal_v1
DROP FUNCTION ledger_refuse_change() CASCADE
CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RETURN old; END $$
CREATE OR REPLACE FUNCTION ledger_shard(uuid) RETURNS smallint LANGUAGE sql AS 'SELECT 0::smallint'
CREATE PROCEDURE public.mine() LANGUAGE sql AS 'DELETE FROM wallets_posting'
CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OPERATOR public.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = numeric_eq)
CREATE CAST (text AS numeric) WITH INOUT AS IMPLICIT
CREATE AGGREGATE public.sum (numeric) (SFUNC = numeric_add, STYPE = numeric)
CREATE LANGUAGE plpython3u
CREATE EXTENSION dblink
CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE EXTENSION file_fdw
"""

SHADOWS = """
CREATE TEMP TABLE wallets_wallet (id bigint, shard smallint, available numeric)
CREATE TEMPORARY TABLE wallets_posting AS SELECT 1 AS id
SELECT 1 AS id INTO TEMP wallets_wallet
CREATE TEMP VIEW wallets_wallet AS SELECT 1 AS id
CREATE TEMP SEQUENCE wallets_transaction_id_seq
CREATE TABLE pg_temp.wallets_wallet (id bigint)
SET search_path = pg_temp, public; CREATE TABLE wallets_wallet (id bigint)
CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'
CREATE DOMAIN pg_temp.numeric AS text
CREATE SCHEMA {app}
CREATE SCHEMA mine CREATE TABLE wallets_wallet (id bigint)
CREATE TABLE public.mine (id bigint)
CREATE UNLOGGED TABLE mine (id bigint)
CREATE TABLE mine AS SELECT * FROM wallets_wallet
CREATE TABLE child () INHERITS (wallets_wallet)
CREATE VIEW mine AS SELECT * FROM wallets_wallet
CREATE MATERIALIZED VIEW mine AS SELECT 1
CREATE TYPE public.mine AS ENUM ('a')
CREATE SEQUENCE public.mine
SET search_path = pg_catalog; CREATE FUNCTION nextval(text) RETURNS bigint LANGUAGE sql AS
    'SELECT 1::bigint'
SET allow_system_table_mods = on
UPDATE pg_class SET relacl = NULL WHERE relname = 'wallets_wallet'
UPDATE pg_proc SET prosrc = 'BEGIN RETURN; END' WHERE proname = 'post_journal_v1'
UPDATE pg_trigger SET tgenabled = 'D'
DELETE FROM pg_trigger
INSERT INTO pg_auth_members SELECT * FROM pg_auth_members
UPDATE pg_authid SET rolsuper = true WHERE rolname = '{app}'
SELECT rolpassword FROM pg_authid
"""

TABLES = """
ALTER TABLE wallets_posting DISABLE TRIGGER ALL
ALTER TABLE wallets_posting DISABLE TRIGGER posting_rows_stay
ALTER TABLE wallets_journal DISABLE TRIGGER USER
ALTER TABLE wallets_transaction DISABLE TRIGGER transaction_moves_as_listed
ALTER TABLE events_auditevent ENABLE REPLICA TRIGGER audit_rows_stay
ALTER TABLE wallets_wallet DROP CONSTRAINT wallet_available_not_below_floor
ALTER TABLE wallets_wallet ADD COLUMN mine int
ALTER TABLE wallets_wallet ALTER COLUMN available TYPE double precision
ALTER TABLE wallets_wallet ALTER COLUMN available SET DEFAULT 1
ALTER TABLE wallets_wallet OWNER TO {app}
ALTER TABLE wallets_wallet RENAME TO other
ALTER TABLE wallets_wallet SET UNLOGGED
ALTER TABLE wallets_wallet SET (autovacuum_enabled = off)
ALTER TABLE wallets_wallet ENABLE ROW LEVEL SECURITY
ALTER TABLE wallets_journal REPLICA IDENTITY NOTHING
ALTER VIEW wallets OWNER TO {app}
DROP TABLE wallets_posting CASCADE
DROP VIEW wallets
DROP TRIGGER posting_rows_stay ON wallets_posting
DROP INDEX posting_seq_once_per_wallet
DROP SCHEMA public CASCADE
CREATE TRIGGER mine BEFORE INSERT ON wallets_posting FOR EACH ROW EXECUTE FUNCTION
    suppress_redundant_updates_trigger()
CREATE TRIGGER mine BEFORE UPDATE ON wallets_wallet FOR EACH ROW EXECUTE FUNCTION
    suppress_redundant_updates_trigger()
CREATE RULE mine AS ON INSERT TO wallets_posting DO INSTEAD NOTHING
CREATE RULE mine AS ON UPDATE TO wallets_wallet DO INSTEAD NOTHING
CREATE POLICY mine ON wallets_wallet USING (false)
CREATE INDEX mine ON wallets_wallet (available)
CREATE STATISTICS mine ON id, available FROM wallets_wallet
REINDEX TABLE wallets_wallet
CLUSTER wallets_posting USING wallets_posting_pkey
COMMENT ON TABLE wallets_wallet IS 'mine'
CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE PUBLICATION mine FOR TABLE wallets_posting
CREATE SUBSCRIPTION mine CONNECTION 'host=x' PUBLICATION y
"""

ROLES = """
GRANT UPDATE ON wallets_wallet TO {app}
GRANT ALL ON ALL TABLES IN SCHEMA public TO {app}
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {app}
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}
GRANT EXECUTE ON FUNCTION ledger_book_v2 TO {app}
GRANT CREATE ON SCHEMA public TO {app}
GRANT TEMPORARY ON DATABASE {database} TO {app}
GRANT SELECT ON wallets_wallet TO PUBLIC
GRANT {owner} TO {app}
GRANT {admin} TO {app}
GRANT pg_write_all_data TO {app}
GRANT pg_execute_server_program TO {app}
REVOKE ALL ON wallets_posting FROM {owner}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT ALL ON TABLES TO {app}
SET ROLE {owner}
SET ROLE {admin}
SET LOCAL ROLE {owner}
SET SESSION AUTHORIZATION {owner}
SET SESSION AUTHORIZATION {admin}
SELECT set_config('role', '{owner}', false)
SELECT set_config('session_authorization', '{owner}', false)
SET session_replication_role = replica
SELECT set_config('session_replication_role', 'replica', false)
BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM events_auditevent; COMMIT
ALTER ROLE {app} SUPERUSER
ALTER ROLE {app} CREATEROLE
ALTER ROLE {app} BYPASSRLS
ALTER ROLE {app} REPLICATION
ALTER ROLE {app} SET session_replication_role = replica
ALTER ROLE {owner} PASSWORD 'mine'
ALTER ROLE {owner} SET search_path = pg_temp
CREATE ROLE mine LOGIN SUPERUSER
DROP ROLE {owner}
DROP OWNED BY {owner}
REASSIGN OWNED BY {owner} TO {app}
ALTER DATABASE {database} OWNER TO {app}
ALTER DATABASE {database} SET session_replication_role = replica
CREATE DATABASE mine
DROP DATABASE {database}
CREATE TABLESPACE mine LOCATION '/tmp'
ALTER SYSTEM SET fsync = off
SET fsync = off
SET zero_damaged_pages = on
SET ignore_checksum_failure = on
LOAD 'auto_explain'
CHECKPOINT
SELECT pg_reload_conf()
SELECT pg_switch_wal()
SELECT pg_promote()
SELECT pg_read_file('/etc/passwd')
SELECT pg_read_binary_file('postgresql.conf')
SELECT pg_ls_dir('.')
SELECT pg_stat_file('postgresql.conf')
SELECT lo_import('/etc/passwd')
SELECT lo_export(1, '/tmp/coinhub-lo')
SELECT pg_create_physical_replication_slot('mine')
SELECT pg_create_logical_replication_slot('mine', 'pgoutput')
SELECT pg_import_system_collations('public')
CREATE FOREIGN DATA WRAPPER mine
CREATE ACCESS METHOD mine TYPE TABLE HANDLER heap_tableam_handler
SECURITY LABEL ON TABLE wallets_wallet IS 'mine'
"""


BLOCKS = {
    **forbidden_rows.BLOCKS,
    "rows": ROWS,
    "functions": FUNCTIONS,
    "shadows": SHADOWS,
    "tables": TABLES,
    "roles": ROLES,
}


def statements(block: str) -> list[str]:
    """List the statements of a block."""
    return BLOCKS[block].replace("\n    ", " ").strip().splitlines()
