"""Who asks when: the run, its scheduler and its drivers."""
