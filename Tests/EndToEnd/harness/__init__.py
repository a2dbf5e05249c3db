"""What the checks from outside share: the programs, a running suite, and clients that know nothing of its insides."""
