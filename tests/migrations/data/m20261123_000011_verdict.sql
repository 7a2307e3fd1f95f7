INSERT INTO verdict (one, at, events, wrong) VALUES (1, '2026-03-02T02:00:00.000000Z', 18204, '[]');
