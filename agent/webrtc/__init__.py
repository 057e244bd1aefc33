"""WebRTC: calls whose sound goes straight between browser and model, and whose tools run here."""
