"""Moments always name their zone: people in several countries read the same page."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = r"j M Y, H:i:s \U\T\C"
SHORT_DATETIME_FORMAT = r"j M Y, H:i \U\T\C"
