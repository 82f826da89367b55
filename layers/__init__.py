"""What can be seen: one file a layer, and the catalogue of them."""
