"""The kinds table: one module per room, collected here."""
