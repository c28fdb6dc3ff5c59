-- What one minute forgets need not survive a crash: no write-ahead log, and room on the pages, so
-- that a call costs neither a wait for the disk nor a new index entry.
ALTER TABLE users_ratewindow SET UNLOGGED;
ALTER TABLE users_ratewindow SET (fillfactor = 50);
