"""The door: who may come in, as whom, and how much of the house one caller may take."""
