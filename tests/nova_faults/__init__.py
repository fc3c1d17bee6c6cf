"""What Nova leaves behind when something fails during a live migration: the sweep behind ``docs/nova-faults.md``."""
