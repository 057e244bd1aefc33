"""Services: which Realtime service is meant, how it wants to be dialled, and what its refusals mean. No I/O in here."""
