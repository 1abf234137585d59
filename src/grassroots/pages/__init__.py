"""Renderers of what use cases return, as pages for screen and paper."""
