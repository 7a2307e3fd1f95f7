INSERT INTO stream (id, kind, version, head, document, stage, sheets_opened, created_at, updated_at)
  VALUES (u'0190000000007000800000000000000a', 'list_entry', 1, x'00ff', '{}', 'L.draft', 0, '2026-03-02T02:00:00.000000Z', '2026-03-02T02:00:00.000000Z');
INSERT INTO event (stream, n, batch, i, act, at, body, prev_hash, hash)
  VALUES (u'0190000000007000800000000000000a', 1, u'0190000000007000800000000000000b', 0, 'L1', '2026-03-02T02:00:00.000000Z', '{}', x'00', x'00ff');
INSERT INTO content (sha256, text) VALUES (x'0102', 'nội dung');
INSERT INTO feed (position, batch, i, stream, n, hash) VALUES (1, u'0190000000007000800000000000000b', 0, u'0190000000007000800000000000000a', 1, x'00ff');
INSERT INTO seal (n, first, last, root, prev, at, kid, hash, signature) VALUES (1, 1, 1, x'00', x'00', '2026-03-02T02:00:00.000000Z', 'k', x'00', x'00');
INSERT INTO task (stream, act, duty, holder, person, since) VALUES (u'0190000000007000800000000000000a', 'L2', 'MA-S', 'org', '', '2026-03-02T02:00:00.000000Z');
INSERT INTO access (stream, principal, facet, valid_from) VALUES (u'0190000000007000800000000000000a', 'org', 'file', '2026-03-02');
INSERT INTO draft (stream, field, value, version, locked, updated_at) VALUES (u'0190000000007000800000000000000a', 'need', '"x"', 1, 0, '2026-03-02T02:00:00.000000Z');
INSERT INTO outbox (id, topic, payload, dedup_key, run_at, attempts) VALUES (u'0190000000007000800000000000000c', 'act', '{}', 'k', '2026-03-02T02:00:00.000000Z', 0);
