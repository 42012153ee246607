"""A pytest plugin: one test per recorded run, which fails when the code no longer follows it."""
