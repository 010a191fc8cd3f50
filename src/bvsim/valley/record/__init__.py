"""What one replication returns: ledger, tables, key figures."""
