"""What a scheme says: quantities and targets, measures, score rules, dimensions, grades."""
