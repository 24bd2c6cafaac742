"""What a plan comes to: moves to make now, moves to test first, channels to hold."""
