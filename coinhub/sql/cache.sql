-- coinhub_cache: the default cache, which must survive the loss of Valkey (sign-in limits live here).
CREATE UNLOGGED TABLE coinhub_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX coinhub_cache_expires ON coinhub_cache (expires);
