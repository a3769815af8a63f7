"""What Admin holds, row by row, as people look through it."""
