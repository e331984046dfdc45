"""One small function a rule; each module holds the rules of one subject."""
