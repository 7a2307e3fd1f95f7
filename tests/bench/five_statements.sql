\set id random(1, 100000)
BEGIN;
SELECT state, version FROM proposal WHERE id = :id \gset
UPDATE proposal SET state = (state + 1) % 7, version = version + 1, last_hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', updated_at = now() WHERE id = :id AND version = :version;
INSERT INTO event (proposal_id, seq, prev_hash, hash, payload, at) VALUES (:id, :version + 10, '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', (SELECT payload FROM sample), now()) ON CONFLICT DO NOTHING;
INSERT INTO outbox (proposal_id, topic, payload, at) VALUES (:id, 'transition', '{"to": "next"}', now());
COMMIT;
