"""What flytekit's objects, packages and manifests become when a program registers them.

`serialised` has flytekit write its objects down, `registrar` plans and carries out, `pickled` and
`fingerprint` are for objects that no file holds.
"""
