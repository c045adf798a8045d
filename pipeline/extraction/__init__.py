"""Pages and documents become articles: text in passages, title, dates with their witnesses."""
