-- roles: the two database roles of CoinHub, and the database they share.
--
-- coinhub_owner owns the database and every table and function; migrations, `bootstrap` and `replay`
-- connect as this role. coinhub_app is what web, worker and scheduler connect as; it owns nothing.
--
-- Run it once with psql as a superuser of a PostgreSQL 18 server, connected to any database:
--
--   COINHUB_OWNER_PASSWORD=... COINHUB_APP_PASSWORD=... \
--     psql -v database=coinhub -f coinhub/sql/roles.sql "postgres://postgres@db.example.com/postgres"
--
-- The passwords come from the environment, so that no process list shows them.
-- Repeat: safe; it sets the passwords and the rights again and takes nothing away from the data.
-- The embedded server is set up by this same file.

\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password COINHUB_OWNER_PASSWORD
\getenv app_password COINHUB_APP_PASSWORD
\if :{?database}
\else
    \set database coinhub
\endif
\if :{?owner_password}
\else
    \warn 'roles.sql: set COINHUB_OWNER_PASSWORD'
    DO $$ BEGIN RAISE 'roles.sql: a password is missing'; END $$;
\endif
\if :{?app_password}
\else
    \warn 'roles.sql: set COINHUB_APP_PASSWORD'
    DO $$ BEGIN RAISE 'roles.sql: a password is missing'; END $$;
\endif

-- A statement that fails must not write its password into the server's log.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET password_encryption = 'scram-sha-256';
SET client_min_messages = 'warning';

-- The roles -------------------------------------------------------------------------------------

SELECT 'CREATE ROLE coinhub_owner'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coinhub_owner') \gexec
SELECT 'CREATE ROLE coinhub_app'
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coinhub_app') \gexec

ALTER ROLE coinhub_owner WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION
    NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE coinhub_app WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION
    NOBYPASSRLS PASSWORD :'app_password';

-- Time-outs live on the roles and not in the connection: a pooler in between refuses the latter.
-- The owner's statements may be long (a migration, a replay), but must not queue behind traffic.
ALTER ROLE coinhub_owner SET lock_timeout = '10s';
ALTER ROLE coinhub_app SET statement_timeout = '5s';
ALTER ROLE coinhub_app SET lock_timeout = '2s';
ALTER ROLE coinhub_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE coinhub_app SET transaction_timeout = '15s';

-- The database ----------------------------------------------------------------------------------

SELECT format('CREATE DATABASE %I OWNER coinhub_owner', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

ALTER DATABASE :"database" OWNER TO coinhub_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO coinhub_app;

-- What follows is about the new database itself: rights on schemas belong to one database.
\connect :"database"
SET client_min_messages = 'warning';
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO coinhub_owner;
GRANT USAGE ON SCHEMA public TO coinhub_app;
