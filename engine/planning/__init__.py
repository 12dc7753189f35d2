"""What a rule set would bring before it is applied: differences in words, forecasts and replays on a copy."""
