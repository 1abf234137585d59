"""Real database servers for the tests: on loopback, as nobody, one of each kind for a whole run."""
