INSERT INTO reference (stream, line, key, row) VALUES (u'0190000000007000800000000000000a', 1, '2026-01-01', '{}');
