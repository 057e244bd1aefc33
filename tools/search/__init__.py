"""Search over documents: reading, chunking, a local index and the search tool."""
