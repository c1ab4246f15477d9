# What all environments share. Put your own key here: nobody has the private half of this one.
public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIzHq/NqIbk5F4fncBvAy8LPU5W4r9RhXnj1kK+QCXpN"
