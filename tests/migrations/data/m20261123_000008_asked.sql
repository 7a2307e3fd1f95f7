INSERT INTO scratch (account, stream, locked, kid, version, at, asked)
  VALUES (u'01900000000070008000000000000001', u'0190000000007000800000000000000e', x'00ff', 'k1', 1, '2026-03-02T02:00:00.000000Z', '[]');
