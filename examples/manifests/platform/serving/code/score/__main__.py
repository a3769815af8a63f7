"""Score a batch of customers with one model."""

import sys

print("scoring", *sys.argv[1:])
