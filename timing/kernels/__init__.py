"""Pure array kernels: integer days in, arrays out; no tables, no global state."""
