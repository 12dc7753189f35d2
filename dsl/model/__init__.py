"""What rules mean: every name resolved. The contract with the engine."""
