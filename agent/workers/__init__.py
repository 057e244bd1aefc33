"""Workers: several processes that serve one address, and the process that keeps them running."""
