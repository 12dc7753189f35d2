"""What rules say: the nodes of statements, journeys, expressions and scenarios."""
