"""What Locust's users do, scenario by scenario."""
