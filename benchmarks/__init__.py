"""What the README promises about speed, measured: each figure beside its floor or a peer.

`make bench` runs all of them and prints one line a figure. A figure is a ratio or a count taken
in one run on one machine; none is a test, since a shared machine would make it a lie.
"""
