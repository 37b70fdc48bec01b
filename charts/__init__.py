"""Pictures of figures: values in, PNG bytes out."""
