"""The run folder: shards, tables, results."""
