INSERT INTO person (account, name, email, lang, created_at)
VALUES (u'0190000000007000800000000000000b', 'Người mẫu', 'mau@example.vn', 'vi', '2025-01-01T00:00:00.000000Z');
INSERT INTO credential (account, password, changed_at, totp_confirmed, totp_step)
VALUES (u'0190000000007000800000000000000b', NULL, '2025-01-01T00:00:00.000000Z', 0, 0);
INSERT INTO session (id, account, method, second_factor, started_at, seen_at, expires_at)
VALUES (u'0190000000007000800000000000000c', u'0190000000007000800000000000000b', 'password', 0, '2025-01-01T00:00:00.000000Z', '2025-01-01T00:00:00.000000Z', '2025-02-01T00:00:00.000000Z');
INSERT INTO revocation (session, account, at) VALUES (u'0190000000007000800000000000000c', NULL, '2025-01-01T00:00:00.000000Z');
INSERT INTO file (sha256, size, media_type, state, stored_at)
VALUES (x'1111111111111111111111111111111111111111111111111111111111111111', 10, 'application/pdf', 'clean', '2025-01-01T00:00:00.000000Z');
INSERT INTO follower (name, position, at) VALUES ('tally', 0, '2025-01-01T00:00:00.000000Z');
