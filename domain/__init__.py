"""What the partnership does and remembers: one file a subject, its tables, rules and actions."""
