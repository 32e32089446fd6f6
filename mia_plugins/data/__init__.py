"""Market data and what belongs to it: catalogs and how they are read, columns, sessions, instruments."""
