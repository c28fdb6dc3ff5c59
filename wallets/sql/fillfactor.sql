-- Wallet and hold rows are updated in place: room on the page and no index on what changes (HOT).
ALTER TABLE wallets_wallet SET (fillfactor = 70);
ALTER TABLE wallets_hold SET (fillfactor = 85);
