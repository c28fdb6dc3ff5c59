"""The benchmark: ratios, each measured against its reference in the same run."""
