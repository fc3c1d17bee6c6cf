"""fakevirt under Nova: its own tests, and Nova's functional tests of live migration with fakevirt's parts beneath."""
