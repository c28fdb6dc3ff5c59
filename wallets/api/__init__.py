"""The API of wallets: translate in, one call, translate out."""
