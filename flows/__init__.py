"""Use cases: one module per thing that users see happen. Only here are transactions opened."""
