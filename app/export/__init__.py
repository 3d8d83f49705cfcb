"""What people take away from a published run: frames in, files out."""
