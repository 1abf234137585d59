"""The parts of the generator: people, their posts, a year of work, the mess of real sheets, the files."""
