INSERT INTO person (account, name, email, lang, created_at, name_fold)
  VALUES (u'0190000000007000800000000000000f', 'Người Mẫu', 'mau@vi.example', 'vi', '2026-03-02T02:00:00.000000Z', 'nguoi mau');
