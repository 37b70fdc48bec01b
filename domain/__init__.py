"""What flows through the house: frozen values and the seams between packages. Standard library only."""
