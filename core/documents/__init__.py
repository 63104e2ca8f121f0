"""What people open and what comes in: reading ledger files, and writing workbooks and forms."""
