"""What is secret stays so: known secrets are planted everywhere, and looked for everywhere."""
