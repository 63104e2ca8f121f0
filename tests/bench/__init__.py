"""Measurements: ratios against a floor in one run, never assertions. ``make bench`` prints them all in one table."""
