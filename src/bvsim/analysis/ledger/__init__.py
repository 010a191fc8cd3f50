"""What holds output back, and what lifting it frees."""
