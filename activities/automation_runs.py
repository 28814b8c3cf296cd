"""What a run's workflow asks for."""
