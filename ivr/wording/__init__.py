"""The catalogue of prompts, and a desk's own wording in their place."""
