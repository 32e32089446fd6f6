"""MenthorQ: imported levels as a strategy of their own, and the rules that hold in every preset."""
