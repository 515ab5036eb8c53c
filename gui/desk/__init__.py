"""The desk: the Qt app. It draws snapshots and posts requests, and decides nothing musical."""
