INSERT INTO stream (id, kind, version, head, document, stage, sheets_opened, created_at, updated_at, admits)
  VALUES (u'0190000000007000800000000000000e', 'list_entry', 1, x'00ff', '{}', 'L.draft', 0, '2026-03-02T02:00:00.000000Z', '2026-03-02T02:00:00.000000Z', 'file 2026-03-02 - org');
