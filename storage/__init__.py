"""Tables, migrations and queries; no decisions."""
