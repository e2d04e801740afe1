"""What taketwo costs: each budget of the design, measured beside the floor that it is a ratio to."""
