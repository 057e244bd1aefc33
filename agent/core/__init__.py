"""The session core: sans-I/O, standard library only. Events and the time go in, actions come out."""
