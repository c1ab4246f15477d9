"""EC2 of the local environment: what the emulator records becomes hosts with systemd and sshd, see hosts.py."""
