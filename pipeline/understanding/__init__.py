"""What an article is about: relevance, topics, document type, actors, countries."""
