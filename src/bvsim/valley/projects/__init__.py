"""What every plant on its way shares: stages, lines released, learning."""
