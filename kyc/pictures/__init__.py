"""Uploads made harmless: what is kept is a picture of ours, made of what was sent.

The formats are read in a process of their own with limits of time and memory; what it gives back is
a JPEG without metadata, whatever came in.
"""
