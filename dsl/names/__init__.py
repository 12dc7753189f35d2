"""What is declared in a rule set, and what rules elsewhere may name."""
