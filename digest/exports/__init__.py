"""An issue as files that one keeps or passes on: HTML, text, mail, PDF, Markdown, JSON."""
