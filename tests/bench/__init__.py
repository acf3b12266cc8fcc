"""What the bench reckons with: pure rules of what is measured."""
