"""Steps of authorization laws: attackers, victims, and variants of credentials."""
