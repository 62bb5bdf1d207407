"""What every scenario runs on: processes, transport, rows and outputs."""
