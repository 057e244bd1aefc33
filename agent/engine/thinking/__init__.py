"""The embedded reasoners, one idea a module; `agent.engine.think` puts them together."""
