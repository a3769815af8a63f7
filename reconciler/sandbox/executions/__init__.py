"""What runs: executions, their nodes and tasks, told by events.

Nothing runs here. A launch writes down what the engine would have been given; the three event
calls then move it along, as the engine's events would. `services/` enters the RPCs; the rules
are in this package, a file each.
"""
