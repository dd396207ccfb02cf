"""The console: the web screens for supervisors, administrators, technicians and readers."""
