INSERT INTO entry_version (stream, register, name, class, managing, valid_from, valid_to, recorded_at)
VALUES (u'0190000000007000800000000000000a', 'list', 'Nền tảng', NULL, 'org_01900000000070008000000000000001', '2025-01-01', NULL, '2025-01-01T00:00:00.000000Z');
