-- Roles and a database for the gateway's store in PostgreSQL 15 or later. Run it once as a superuser:
--
--     psql -f config/deploy/postgresql.sql
--
-- legal_aid_owner makes and changes the tables: `gateway migrate` runs as it, at installation and at upgrades.
-- legal_aid_gateway is what `gateway serve` runs as: it reads and writes rows, and can neither make, change nor drop a table,
-- nor change or remove a row of the audit trail or of its seals.
-- Passwords are set apart (\password ROLE) and stand in the file that PGPASSFILE names, which only the gateway's user reads:
--
--     db1.example,db2.example:5432:legal_aid:legal_aid_gateway:…

CREATE ROLE legal_aid_owner LOGIN;
CREATE ROLE legal_aid_gateway LOGIN;

CREATE DATABASE legal_aid OWNER legal_aid_owner ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\connect legal_aid

-- Nobody else gets in, and nobody makes tables but the owner.
REVOKE ALL ON DATABASE legal_aid FROM PUBLIC;
GRANT CONNECT ON DATABASE legal_aid TO legal_aid_owner, legal_aid_gateway;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO legal_aid_owner;
GRANT USAGE ON SCHEMA public TO legal_aid_gateway;

ALTER DEFAULT PRIVILEGES FOR ROLE legal_aid_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO legal_aid_gateway;
ALTER DEFAULT PRIVILEGES FOR ROLE legal_aid_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO legal_aid_gateway;

-- Values are personal data: the server's own log must not hold them, whatever it logs of statements.
ALTER ROLE legal_aid_gateway SET log_parameter_max_length = 0;
ALTER ROLE legal_aid_gateway SET log_parameter_max_length_on_error = 0;
ALTER ROLE legal_aid_owner SET log_parameter_max_length = 0;
ALTER ROLE legal_aid_owner SET log_parameter_max_length_on_error = 0;

-- After `gateway migrate` has run as legal_aid_owner, once:
--
--     REVOKE UPDATE, DELETE ON audit, audit_seal, erasure, erased_record FROM legal_aid_gateway;
--     REVOKE INSERT, UPDATE, DELETE ON gateway_schema FROM legal_aid_gateway;
