"""Options: what an agent may say about its sessions, typed and checked; each knows its part of the GA object."""
