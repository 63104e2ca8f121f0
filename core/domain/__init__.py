"""What the business knows, in the standard library only: money, months, numbers, reasons, roles, the life of a batch."""
