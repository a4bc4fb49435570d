"""What tests share: databases, people, browsers, relying parties, receivers."""
