"""Drills: CoinHub under the load of many clients at once, judged by what must always hold."""
