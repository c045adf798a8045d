"""What all routes that change something have in common: who says so, what they answer where they may not."""

from __future__ import annotations

from web.api_problems import problem_answer

ONLY_READS = problem_answer("This server only reads the archive.")
OTHER_SITE = problem_answer("Another site's page asked for it, or the role of who asks is too low.")
IMPOSSIBLE = problem_answer("What was said has an impossible value, or cannot be done; the detail says why.")
CHANGES: dict[int | str, dict[str, object]] = {403: OTHER_SITE, 422: IMPOSSIBLE, 501: ONLY_READS}
