"""What tests need from outside the product: a PostgreSQL server, a browser, and the product itself as a process."""
