"""The pages as people use them: a real service, a real Chromium, and nothing that stands in for either."""
