"""The kit that authors of plugins import in their own tests."""
