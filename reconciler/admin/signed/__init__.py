"""HTTP with signed URLs: bytes to and from the object store, at the speed of the socket.

A signed URL's query is a credential for as long as it is good: it stands in no error and no log.
"""
