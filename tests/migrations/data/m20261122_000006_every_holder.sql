INSERT INTO stream (id, kind, version, head, document, stage, due_on, sheets_opened, created_at, updated_at)
  VALUES (u'0190000000007000800000000000000d', 'list_entry', 1, x'00ff', '{}', 'L.draft', NULL, 0, '2026-03-02T02:00:00.000000Z', '2026-03-02T02:00:00.000000Z');
