"""Which convention made a result: the explanations that fit, what this data cannot tell apart, and the line to change."""
