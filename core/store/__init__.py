"""The only place that knows SQL: schema, migrations, queries, and the unit of work."""
