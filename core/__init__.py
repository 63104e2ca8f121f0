"""Refund Desk without its screens: the rules, the store, the services and the door."""
