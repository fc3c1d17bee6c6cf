"""A cloud whose tests are testtools' and run without pytest."""
