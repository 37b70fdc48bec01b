-- What the release of schema 0004 wrote while people lived some days in March 2026 with it, without EARSHOT_KEY.
-- Rows whose number the database gives stand in the order of their numbers.
INSERT INTO audit (number, at, actor, action, subject, detail, mac) VALUES
(1, '2026-03-04 11:00:00.000000', 'operator', 'import', 'customers', 'added 2, changed 0', 'd58f5a6db81195775c1b37354ff11ba8c3fc1c3e5512155d174d93e157b50e28'),
(2, '2026-03-04 12:00:00.000000', 'earshot', 'link pinned', 'eb5db7f13e8a2bed', '', 'c9e8610788216d91539733d53ddeedd92f9c4247dc31da8e7d4294d45015262b'),
(3, '2026-03-04 12:10:00.000000', 'U0MIA', 'claim', '6b2e4edc20c74edc876e8da44f62a3cf', '', '1dbd307d5afa9f2a21f4ff766f1a907ab165aee257afaaec334b3d90bf6dd9fa'),
(4, '2026-03-04 12:10:00.000000', 'U0BEN', 'not_us', '7a54308ed51e4844a898dcf0d7f277e6', '', '1aa743bd5a73f5a93ddab5d70d216824498d22c51154c549020ad4bf1a456480'),
(5, '2026-03-04 12:10:00.000000', 'U0BEN', 'claim', '94ed662783f94e7ba98e8ddfbeddef9c', '', '2ff5cd8db48f242e9dd554a0c21d14953f698a2bd28e02d1ef97a66b91a24e73'),
(6, '2026-03-04 12:10:00.000000', 'U0BEN', 'correct', '94ed662783f94e7ba98e8ddfbeddef9c', '', 'ab9e694462af005e16868ffc5590ed93b65250fc129331ffc6237680509a8756'),
(7, '2026-03-04 12:10:00.000000', 'U0MIA', 'claim', '2517e738aa2c4725884c3c82ab8c2677', '', '55ede18792aca7413f4bc07007407b78f4311e321c36327f8e3e1bdaa42b6728'),
(8, '2026-03-04 12:10:00.000000', 'U0MIA', 'resolve', '2517e738aa2c4725884c3c82ab8c2677', '', '16717bf46bd7ef588c7bce33f461f215642ad59d3d35ed70bd1a6f892083597c'),
(9, '2026-03-09 09:00:00.000000', 'U0MIA', 'blind_check', '1', 'relevance: about', '6844beacbaa062f1db1b5ac7f1212c96f2788658048e8d8248da033f498f674c'),
(10, '2026-03-09 09:00:00.000000', 'operator', 'learned version 1', 'shipped', '', '213fd6f0e74a4029836dc9aa13bec65de35eb73eca939aa9f78ea7faaedebabc');
UPDATE audit_head SET number = 10, mac = '213fd6f0e74a4029836dc9aa13bec65de35eb73eca939aa9f78ea7faaedebabc';
INSERT INTO authors (key, platform, user_id, handle, name, followers, verified, automated, url, seen_at) VALUES
('x:id-jane', 'x', 'id-jane', 'jane', 'Jane', 120, false, false, '', '2026-03-04 12:00:00.000000'),
('x:id-joe', 'x', 'id-joe', 'joe', 'Joe', 40000, false, false, '', '2026-03-04 12:00:00.000000'),
('x:id-kim', 'x', 'id-kim', 'kim', 'Kim', 3, false, false, '', '2026-03-09 09:00:00.000000'),
('x:id-lee', 'x', 'id-lee', 'lee', 'Lee', NULL, false, false, '', '2026-03-04 12:00:00.000000'),
('x:id-max', 'x', 'id-max', 'max', 'Max', 9, false, false, '', '2026-03-04 12:00:00.000000'),
('x:id-zoe', 'x', 'id-zoe', 'zoe', 'Zoe', 77, false, false, '', '2026-03-04 12:00:00.000000'),
('x:id-lumora', 'x', 'id-lumora', 'lumora', 'Lumora', NULL, false, false, '', '2026-03-04 12:20:00.000000');
INSERT INTO blind_checks (id, brand, week, drawn_at) VALUES
('5f73bf3928824210b7ab3656d13cbbdc', 'Lumora', '2026-03-09', '2026-03-09 09:00:00.000000');
INSERT INTO brands (name, time_zone) VALUES
('Lumora', 'Europe/Berlin');
INSERT INTO cases (id, brand, platform, author_key, thread_id, kind, state, urgency, channel, stream, posted_at, opened_at, due_at, owner, claimed_at, answered_at, closed_at) VALUES
('6b2e4edc20c74edc876e8da44f62a3cf', 'Lumora', 'x', 'x:id-jane', 'x:101', 'complaint', 'answered', 'high', 'C0ALERTS', 'lumora on X', '2026-03-04 11:55:00.000000', '2026-03-04 12:00:00.000000', '2026-03-04 15:55:00.000000', 'U0MIA', '2026-03-04 12:10:00.000000', '2026-03-04 12:12:00.000000', NULL),
('94ed662783f94e7ba98e8ddfbeddef9c', 'Lumora', 'x', 'x:id-joe', 'x:102', 'complaint', 'claimed', 'urgent', 'C0ALERTS', 'lumora on X', '2026-03-04 11:56:00.000000', '2026-03-04 12:00:00.000000', '2026-03-04 12:56:00.000000', 'U0BEN', '2026-03-04 12:10:00.000000', NULL, NULL),
('7a54308ed51e4844a898dcf0d7f277e6', 'Lumora', 'x', 'x:id-kim', 'x:103', 'complaint', 'dismissed', 'normal', 'C0ALERTS', 'lumora on X', '2026-03-04 11:57:00.000000', '2026-03-04 12:00:00.000000', '2026-03-05 10:57:00.000000', NULL, NULL, NULL, '2026-03-04 12:10:00.000000'),
('2517e738aa2c4725884c3c82ab8c2677', 'Lumora', 'x', 'x:id-lee', 'x:104', 'opportunity', 'resolved', 'low', 'C0ALERTS', 'lumora on X', '2026-03-04 11:58:00.000000', '2026-03-04 12:00:00.000000', '2026-03-06 09:58:00.000000', 'U0MIA', '2026-03-04 12:10:00.000000', NULL, '2026-03-04 12:10:00.000000'),
('bacc3899387f4ba88d771048354a0fee', 'Lumora', 'x', '', 'removed:bacc3899387f4ba88d771048354a0fee', 'complaint', 'removed', 'normal', 'C0ALERTS', 'lumora on X', '2026-03-04 11:59:00.000000', '2026-03-04 12:00:00.000000', '2026-03-05 10:59:00.000000', NULL, NULL, NULL, '2026-03-04 12:20:00.000000'),
('6ba811ba10704d7fa0204f7be0743691', 'Lumora', 'x', 'x:id-max', 'x:108', 'complaint', 'new', 'normal', 'C0ALERTS', 'lumora on X', '2026-03-04 12:00:00.000000', '2026-03-04 12:00:00.000000', '2026-03-05 11:00:00.000000', NULL, NULL, NULL, NULL),
('4d20282361e347fd88105b443c58251b', 'Lumora', 'x', 'x:id-kim', 'x:109', 'complaint', 'new', 'normal', 'C0ALERTS', 'lumora on X', '2026-03-09 09:00:00.000000', '2026-03-09 09:00:00.000000', '2026-03-09 17:00:00.000000', NULL, NULL, NULL, NULL);
INSERT INTO customers (id, value, currency, since) VALUES
('3893d180c34fcd4b', '1200.50', 'EUR', '2026-03-04 11:00:00.000000'),
('32c821693c56846a', '80', 'EUR', '2026-03-04 11:00:00.000000');
INSERT INTO deliveries (key, at) VALUES
('D1', '2026-03-04 12:10:00.000000');
INSERT INTO leases (name, holder, token, expires_at) VALUES
('schedule', 'host:1', 1, '2026-03-09 09:00:15.000000');
INSERT INTO messages (key, channel, kind, subject, state, created_at, team_id, ts, posted_at, attempts, attempted_at, not_before, revision, shown_revision, plain, error, payload) VALUES
('card:6b2e4edc20c74edc876e8da44f62a3cf', 'C0ALERTS', 'card', '6b2e4edc20c74edc876e8da44f62a3cf', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000002', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 2, 2, false, NULL, NULL),
('card:94ed662783f94e7ba98e8ddfbeddef9c', 'C0ALERTS', 'card', '94ed662783f94e7ba98e8ddfbeddef9c', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000005', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 2, 2, false, NULL, NULL),
('card:7a54308ed51e4844a898dcf0d7f277e6', 'C0ALERTS', 'card', '7a54308ed51e4844a898dcf0d7f277e6', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000004', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 1, 1, false, NULL, NULL),
('card:2517e738aa2c4725884c3c82ab8c2677', 'C0ALERTS', 'card', '2517e738aa2c4725884c3c82ab8c2677', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000001', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 2, 2, false, NULL, NULL),
('card:bacc3899387f4ba88d771048354a0fee', 'C0ALERTS', 'card', 'bacc3899387f4ba88d771048354a0fee', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000006', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 1, 1, false, NULL, NULL),
('card:6ba811ba10704d7fa0204f7be0743691', 'C0ALERTS', 'card', '6ba811ba10704d7fa0204f7be0743691', 'posted', '2026-03-04 12:00:00.000000', NULL, '1772625600.000003', '2026-03-04 12:00:00.000000', 1, '2026-03-04 12:00:00.000000', NULL, 0, 0, false, NULL, NULL),
('batch:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'C0ALERTS', 'batch', 'Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'posted', '2026-03-04 13:20:00.000000', NULL, '1772630400.000007', '2026-03-04 13:20:00.000000', 1, '2026-03-04 13:20:00.000000', NULL, 0, 0, false, NULL, NULL),
('review:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'C0ALERTS', 'review', 'Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'posted', '2026-03-04 13:20:00.000000', NULL, '1772630400.000008', '2026-03-04 13:20:00.000000', 1, '2026-03-04 13:20:00.000000', NULL, 0, 0, false, NULL, NULL),
('notice:lumora on Reddit failed 2026-03-04T13:20:00.000000+00:00', 'C0OPS', 'notice', 'lumora on Reddit failed 2026-03-04T13:20:00.000000+00:00', 'posted', '2026-03-04 13:20:00.000000', NULL, '1772701200.000009', '2026-03-05 09:00:00.000000', 1, '2026-03-05 09:00:00.000000', NULL, 0, 0, false, NULL, 'lumora on Reddit cannot be read: Reddit refused the credentials.'),
('digest:Lumora|2026-03-04|C0LEADERS', 'C0LEADERS', 'digest', 'Lumora|2026-03-04', 'posted', '2026-03-05 09:00:00.000000', NULL, '1772701200.000010', '2026-03-05 09:00:00.000000', 1, '2026-03-05 09:00:00.000000', NULL, 0, 0, false, NULL, NULL),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'C0ALERTS', 'blind_check', '5f73bf3928824210b7ab3656d13cbbdc', 'posted', '2026-03-09 09:00:00.000000', NULL, '1773046800.000011', '2026-03-09 09:00:00.000000', 1, '2026-03-09 09:00:00.000000', NULL, 0, 0, false, NULL, NULL),
('card:4d20282361e347fd88105b443c58251b', 'C0ALERTS', 'card', '4d20282361e347fd88105b443c58251b', 'pending', '2026-03-09 09:00:00.000000', NULL, NULL, NULL, 0, NULL, NULL, 0, 0, false, NULL, NULL),
('digest:Lumora|2026-03-08|C0LEADERS', 'C0LEADERS', 'digest', 'Lumora|2026-03-08', 'pending', '2026-03-09 09:00:00.000000', NULL, NULL, NULL, 0, NULL, NULL, 0, 0, false, NULL, NULL);
INSERT INTO outcomes (id, brand, day, platform, kind, urgency, posted_at, due_at, answered_at, resolved_at, eligible, not_us) VALUES
('6b2e4edc20c74edc876e8da44f62a3cf', 'Lumora', '2026-03-04', 'x', 'complaint', 'high', '2026-03-04 11:55:00.000000', '2026-03-04 15:55:00.000000', '2026-03-04 12:12:00.000000', NULL, true, false),
('94ed662783f94e7ba98e8ddfbeddef9c', 'Lumora', '2026-03-04', 'x', 'complaint', 'urgent', '2026-03-04 11:56:00.000000', '2026-03-04 12:56:00.000000', NULL, NULL, true, false),
('7a54308ed51e4844a898dcf0d7f277e6', 'Lumora', '2026-03-04', 'x', 'complaint', 'normal', '2026-03-04 11:57:00.000000', '2026-03-05 10:57:00.000000', NULL, NULL, true, true),
('2517e738aa2c4725884c3c82ab8c2677', 'Lumora', '2026-03-04', 'x', 'opportunity', 'low', '2026-03-04 11:58:00.000000', '2026-03-06 09:58:00.000000', NULL, '2026-03-04 12:10:00.000000', true, false),
('bacc3899387f4ba88d771048354a0fee', 'Lumora', '2026-03-04', 'x', 'complaint', 'normal', '2026-03-04 11:59:00.000000', '2026-03-05 10:59:00.000000', NULL, NULL, true, false),
('6ba811ba10704d7fa0204f7be0743691', 'Lumora', '2026-03-04', 'x', 'complaint', 'normal', '2026-03-04 12:00:00.000000', '2026-03-05 11:00:00.000000', NULL, NULL, true, false),
('4d20282361e347fd88105b443c58251b', 'Lumora', '2026-03-09', 'x', 'complaint', 'normal', '2026-03-09 09:00:00.000000', '2026-03-09 17:00:00.000000', NULL, NULL, true, false);
INSERT INTO records (id, source, source_id, origin, version, digest) VALUES
('054ef0f7c0bb3681', 'csv', 'c1', '6b874a15f034b28ad60126607b2308ff0b2ce355317e1d00f8843dbbddf53e33', 1, 'e5ea7c176035ede3c71412ade02cd5b3b262ce7e6c2f2ceaee26a50dc2c35726'),
('e24b57ddc1b621d8', 'csv', 'c2', '3983de587e1e8af6212793c9cd10e60fd22231ae738a086b95b7a39f9b6c950e', 1, '053d0caa1a678c3fbcd88ebf249d4eb14eb2fa38fa4af9a1102fc1c13c792b92');
INSERT INTO stamps (name, value) VALUES
('key', 'eda5527080497ad2472e9b333c33eb141ada45e09512191f92044b23f63b2fe3');
INSERT INTO streams (name, brand, cursor, cursor_at, read_at, failing_since, last_error, mentions_read) VALUES
('lumora on X', 'Lumora', 'c3', '2026-03-09 09:00:00.000000', '2026-03-09 09:00:00.000000', NULL, NULL, 10),
('lumora on Reddit', NULL, NULL, NULL, NULL, '2026-03-04 13:20:00.000000', 'Reddit refused the credentials.', 0);
INSERT INTO tombstones (digest, at) VALUES
('929d8432d3b2324dee4001ddaf420c48b63c9a4bc1964ee0ee0a3fb7b0032ad3', '2026-03-04 12:20:00.000000');
INSERT INTO contacts (record_id, blind) VALUES
('054ef0f7c0bb3681', 'bb1114b020932cd6ae97c7abf40ab1f5fb785e427a8765d733526f1aaba50a6a'),
('054ef0f7c0bb3681', '1a87c72fb0283c414d8ef43e31dd0a0eabad0db68a384410d4855d7303d0e72c'),
('054ef0f7c0bb3681', 'b6873ec16d118e77d3682795ad64f0be432bd06bb360be7931952f6ee62f0267'),
('e24b57ddc1b621d8', '542add2a9cb4b054c82f57bec4919502690e3504d94424db0285305c3ee510b9'),
('e24b57ddc1b621d8', '74729c0702c5b35ddbd7675bf9bfc66bb6fbb46f7bee6424f9180db90958ae73');
INSERT INTO history (case_id, at, actor, action) VALUES
('6b2e4edc20c74edc876e8da44f62a3cf', '2026-03-04 12:10:00.000000', 'U0MIA', 'claimed'),
('7a54308ed51e4844a898dcf0d7f277e6', '2026-03-04 12:10:00.000000', 'U0BEN', 'not us'),
('94ed662783f94e7ba98e8ddfbeddef9c', '2026-03-04 12:10:00.000000', 'U0BEN', 'claimed'),
('94ed662783f94e7ba98e8ddfbeddef9c', '2026-03-04 12:10:00.000000', 'U0BEN', 'intent corrected to considering leaving'),
('2517e738aa2c4725884c3c82ab8c2677', '2026-03-04 12:10:00.000000', 'U0MIA', 'claimed'),
('2517e738aa2c4725884c3c82ab8c2677', '2026-03-04 12:10:00.000000', 'U0MIA', 'resolved'),
('6b2e4edc20c74edc876e8da44f62a3cf', '2026-03-04 12:12:00.000000', NULL, 'answered in public by lumora'),
('bacc3899387f4ba88d771048354a0fee', '2026-03-04 12:20:00.000000', NULL, 'removed by its author');
INSERT INTO links (id, record_id, platform, handle, handle_folded, author_key, grade, state, evidence, since) VALUES
('eb5db7f13e8a2bed', '054ef0f7c0bb3681', 'x', 'jane', 'jane', 'x:id-jane', 'supplied', 'active', 'supplied by csv', '2026-03-04 12:00:00.000000');
INSERT INTO memberships (record_id, customer_id, since) VALUES
('054ef0f7c0bb3681', '3893d180c34fcd4b', '2026-03-04 11:00:00.000000'),
('e24b57ddc1b621d8', '32c821693c56846a', '2026-03-04 11:00:00.000000');
INSERT INTO mentions (id, author_key, text, url, posted_at, thread_id, reply_to, repost_of, language, edited_at) VALUES
('x:101', 'x:id-jane', 'Lumora is down again, crème brûlée of outages', 'https://x.com/jane/status/101', '2026-03-04 11:55:00.000000', 'x:101', NULL, NULL, NULL, NULL),
('x:102', 'x:id-joe', 'I cancel Lumora today', 'https://x.com/joe/status/102', '2026-03-04 11:56:00.000000', 'x:102', NULL, NULL, NULL, NULL),
('x:103', 'x:id-kim', 'the lumora of my lamp is awful', 'https://x.com/kim/status/103', '2026-03-04 11:57:00.000000', 'x:103', NULL, NULL, NULL, NULL),
('x:104', 'x:id-lee', 'I signed up for Lumora', 'https://x.com/lee/status/104', '2026-03-04 11:58:00.000000', 'x:104', NULL, NULL, NULL, NULL),
('x:105', 'x:id-max', 'I love Lumora', 'https://x.com/max/status/105', '2026-03-04 11:58:00.000000', 'x:105', NULL, NULL, NULL, NULL),
('x:106', 'x:id-zoe', 'maybe Lumora is down, maybe not', 'https://x.com/zoe/status/106', '2026-03-04 11:59:00.000000', 'x:106', NULL, NULL, NULL, NULL),
('x:108', 'x:id-max', 'Lumora down for me too', 'https://x.com/max/status/108', '2026-03-04 12:00:00.000000', 'x:108', NULL, NULL, NULL, NULL),
('x:201', 'x:id-lumora', 'So sorry, Jane!', 'https://x.com/lumora/status/201', '2026-03-04 12:12:00.000000', 'x:101', 'x:101', NULL, NULL, NULL),
('x:109', 'x:id-kim', 'Lumora is down on Monday, too', 'https://x.com/kim/status/109', '2026-03-09 09:00:00.000000', 'x:109', NULL, NULL, NULL, NULL);
INSERT INTO record_names (record_id, folded) VALUES
('054ef0f7c0bb3681', ' jane doe'),
('e24b57ddc1b621d8', ' joe roe');
INSERT INTO record_versions (record_id, version, names, emails, phones, addresses, notes, accounts, value, currency, at) VALUES
('054ef0f7c0bb3681', 1, '["Jane Doe"]', '["jane@example.com"]', '["+49 30 1234567"]', '["Main St 1, Berlin"]', 'likes tea', '[["x", "jane"]]', '1200.50', 'EUR', '2026-03-04 11:00:00.000000'),
('e24b57ddc1b621d8', 1, '["Joe Roe"]', '["joe@example.com"]', '[]', '[]', '', '[]', '80', 'EUR', '2026-03-04 11:00:00.000000');
INSERT INTO responses (mention_id, case_id, responder, at, url) VALUES
('x:201', '6b2e4edc20c74edc876e8da44f62a3cf', 'lumora', '2026-03-04 12:12:00.000000', 'https://x.com/lumora/status/201');
INSERT INTO spending (stream, day, usd) VALUES
('lumora on X', '2026-03-04', '0.05'),
('lumora on X', '2026-03-09', '0.01');
INSERT INTO blind_items (check_id, place, mention_id, called, probability, verdict, kind, said, held_by, held_until, skipped_by, finished_at) VALUES
('5f73bf3928824210b7ab3656d13cbbdc', 1, 'x:102', true, 1.0, 'case', 'complaint', '{"sentiment": "negative", "switching": "leaving"}', 'U0MIA', '2026-03-09 09:30:00.000000', '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 2, 'x:106', true, 1.0, 'review', NULL, '{"sentiment": "negative", "switching": "none"}', NULL, NULL, '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 3, 'x:101', true, 1.0, 'case', 'complaint', '{"sentiment": "negative", "switching": "none"}', NULL, NULL, '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 4, 'x:105', false, 1.0, 'batch', NULL, '{"sentiment": "positive", "switching": "none"}', NULL, NULL, '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 5, 'x:108', true, 1.0, 'case', 'complaint', '{"sentiment": "negative", "switching": "none"}', NULL, NULL, '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 6, 'x:104', true, 1.0, 'case', 'opportunity', '{"sentiment": "positive", "switching": "joining"}', NULL, NULL, '[]', NULL),
('5f73bf3928824210b7ab3656d13cbbdc', 7, 'x:103', true, 1.0, 'case', 'complaint', '{"sentiment": "negative", "switching": "none"}', NULL, NULL, '[]', NULL);
INSERT INTO corrections (mention_id, brand, task, label, "by", at) VALUES
('x:103', 'Lumora', 'relevance', 'not_about', 'U0BEN', '2026-03-04 12:10:00.000000'),
('x:102', 'Lumora', 'switching', 'considering_leaving', 'U0BEN', '2026-03-04 12:10:00.000000');
INSERT INTO sightings (mention_id, brand, verdict, reason, kind, urgency, case_id, stream, posted_at, seen_at, language, language_supported, batched_in) VALUES
('x:101', 'Lumora', 'case', 'negative', 'complaint', 'high', '6b2e4edc20c74edc876e8da44f62a3cf', 'lumora on X', '2026-03-04 11:55:00.000000', '2026-03-04 12:00:00.000000', 'en', true, NULL),
('x:102', 'Lumora', 'case', 'leaving', 'complaint', 'urgent', '94ed662783f94e7ba98e8ddfbeddef9c', 'lumora on X', '2026-03-04 11:56:00.000000', '2026-03-04 12:00:00.000000', 'en', true, NULL),
('x:103', 'Lumora', 'case', 'negative', 'complaint', 'normal', '7a54308ed51e4844a898dcf0d7f277e6', 'lumora on X', '2026-03-04 11:57:00.000000', '2026-03-04 12:00:00.000000', 'en', true, NULL),
('x:104', 'Lumora', 'case', 'joining', 'opportunity', 'low', '2517e738aa2c4725884c3c82ab8c2677', 'lumora on X', '2026-03-04 11:58:00.000000', '2026-03-04 12:00:00.000000', 'en', true, NULL),
('x:105', 'Lumora', 'batch', 'nothing to answer', NULL, NULL, NULL, 'lumora on X', '2026-03-04 11:58:00.000000', '2026-03-04 12:00:00.000000', 'en', true, 'batch:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00'),
('x:106', 'Lumora', 'review', 'unsure: negative', NULL, NULL, NULL, 'lumora on X', '2026-03-04 11:59:00.000000', '2026-03-04 12:00:00.000000', 'en', true, 'review:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00'),
('x:108', 'Lumora', 'case', 'negative', 'complaint', 'normal', '6ba811ba10704d7fa0204f7be0743691', 'lumora on X', '2026-03-04 12:00:00.000000', '2026-03-04 12:00:00.000000', 'en', true, NULL),
('x:109', 'Lumora', 'case', 'negative', 'complaint', 'normal', '4d20282361e347fd88105b443c58251b', 'lumora on X', '2026-03-09 09:00:00.000000', '2026-03-09 09:00:00.000000', 'en', true, NULL),
('x:201', 'Lumora', 'own', 'written by our own account', NULL, NULL, NULL, 'lumora on X', '2026-03-04 12:12:00.000000', '2026-03-04 12:20:00.000000', NULL, true, NULL);
INSERT INTO blind_answers (item, task, label, "by", at) VALUES
(1, 'relevance', 'about', 'U0MIA', '2026-03-09 09:00:00.000000');
INSERT INTO message_mentions (key, mention_id, brand) VALUES
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:101', 'Lumora'),
('card:6b2e4edc20c74edc876e8da44f62a3cf', 'x:101', 'Lumora'),
('digest:Lumora|2026-03-04|C0LEADERS', 'x:101', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:102', 'Lumora'),
('card:94ed662783f94e7ba98e8ddfbeddef9c', 'x:102', 'Lumora'),
('digest:Lumora|2026-03-04|C0LEADERS', 'x:102', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:103', 'Lumora'),
('card:7a54308ed51e4844a898dcf0d7f277e6', 'x:103', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:104', 'Lumora'),
('card:2517e738aa2c4725884c3c82ab8c2677', 'x:104', 'Lumora'),
('batch:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'x:105', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:105', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:106', 'Lumora'),
('review:Lumora|2026-03-04T12:00:00.000000+00:00|2026-03-04T13:00:00.000000+00:00', 'x:106', 'Lumora'),
('blind_check:5f73bf3928824210b7ab3656d13cbbdc', 'x:108', 'Lumora'),
('card:6ba811ba10704d7fa0204f7be0743691', 'x:108', 'Lumora'),
('digest:Lumora|2026-03-04|C0LEADERS', 'x:108', 'Lumora'),
('card:4d20282361e347fd88105b443c58251b', 'x:109', 'Lumora');
INSERT INTO predictions (mention_id, brand, task, model, label, score, unsure, rival, probabilities, reasons, current) VALUES
('x:101', 'Lumora', 'sentiment', 'test', 'negative', 0.9, false, NULL, '{"negative": 0.9, "neutral": 0.1}', '["is down"]', true),
('x:101', 'Lumora', 'switching', 'test', 'none', 0.9, false, NULL, '{}', NULL, true),
('x:102', 'Lumora', 'sentiment', 'test', 'negative', 0.9, false, NULL, '{}', NULL, true),
('x:102', 'Lumora', 'switching', 'test', 'leaving', 0.9, false, NULL, '{}', NULL, true),
('x:103', 'Lumora', 'sentiment', 'test', 'negative', 0.9, false, NULL, '{}', NULL, true),
('x:103', 'Lumora', 'switching', 'test', 'none', 0.9, false, NULL, '{}', NULL, true),
('x:104', 'Lumora', 'sentiment', 'test', 'positive', 0.9, false, NULL, '{}', NULL, true),
('x:104', 'Lumora', 'switching', 'test', 'joining', 0.9, false, NULL, '{}', NULL, true),
('x:105', 'Lumora', 'sentiment', 'test', 'positive', 0.9, false, NULL, '{}', NULL, true),
('x:105', 'Lumora', 'switching', 'test', 'none', 0.9, false, NULL, '{}', NULL, true),
('x:106', 'Lumora', 'sentiment', 'test', 'negative', 0.9, true, NULL, '{}', NULL, true),
('x:106', 'Lumora', 'switching', 'test', 'none', 0.9, true, NULL, '{}', NULL, true),
('x:108', 'Lumora', 'sentiment', 'test', 'negative', 0.9, false, NULL, '{}', NULL, true),
('x:108', 'Lumora', 'switching', 'test', 'none', 0.9, false, NULL, '{}', NULL, true),
('x:109', 'Lumora', 'sentiment', 'test', 'negative', 0.9, false, NULL, '{}', NULL, true),
('x:109', 'Lumora', 'switching', 'test', 'none', 0.9, false, NULL, '{}', NULL, true);
