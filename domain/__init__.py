"""What the partnership does and remembers: one file a subject, with its tables, rules and actions."""
