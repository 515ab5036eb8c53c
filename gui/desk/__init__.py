"""The desk: the Qt app. It draws snapshots and posts requests; it makes no musical decisions."""
