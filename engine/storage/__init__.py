"""The store: the database, its tables, values and names as they are stored."""
