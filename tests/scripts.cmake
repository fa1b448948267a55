# Tests that are not C programs: scripts, browser, layers.
