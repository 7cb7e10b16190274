"""The specification of nerveroot, as tests."""
