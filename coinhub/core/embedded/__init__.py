"""Embedded PostgreSQL and Valkey: real servers from two wheels, for the demo, tests and drills.

Production has its own servers. Standard library only: the runner uses it before Django is read.
"""
