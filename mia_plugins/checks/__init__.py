"""What runs are held to beside their results: that they look at no future, and how much past they need."""
