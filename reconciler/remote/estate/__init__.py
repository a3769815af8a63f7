"""What an Admin holds, read as a whole and written as manifests that mean exactly that.

`reading` reads, `members` brings what was compiled back to what is registered, `folder` writes.
"""
