import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openDatabase } from '@sightline/db/database';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { graphql } from '../../harness/graphql.ts';
import { advanceClock, createSandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';

const query = `{ archives(first: 5) { edges { node { firstSeq lastSeq eventCount byteSize sha256 url } } }
  events(after: "0") { gap { fromSeq toSeq } edges { node { seq } } } organization: viewer { organization { retention { archiveDays } } } }`;

test('events that are too old for the feed are found again, whole, as a file behind a link', async () => {
  await using server = await startTestServer();
  const sandbox = await createSandbox(server);
  await using database = openDatabase(server.databaseUrl, { maxConnections: 2 });
  const { rows } = await database.pool.query<{ id: string }>('select "id" from "Organization" where "isSandbox"');
  const organizationId = rows[0]?.id ?? '';
  const [sourceId, sessionId] = [randomUUID(), randomUUID()];
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  const events = ['cat', 'dog', 'ñandú'].map((label) => ({
    ...({ type: 'OBJECT_ENTERED', sourceId, sessionId, requestId: 'r', label, confidence: 0.5 } as const),
    occurredAt: new Date(),
  }));
  await inTransaction(database.pool, (sql) => writer.append(sql, organizationId, events));

  await advanceClock(server, sandbox, 'P91D');
  const answer = (await graphql(server, query, {}, sandbox)).expectData();
  assert.equal(answer.organization.organization.retention.archiveDays, 365);
  assert.deepEqual(answer.events, { gap: { fromSeq: 1, toSeq: 3 }, edges: [] });
  const [{ node }] = answer.archives.edges;
  assert.deepEqual([node.firstSeq, node.lastSeq, node.eventCount], [1, 3, 3]);
  const file = await fetch(node.url);
  const bytes = Buffer.from(await file.arrayBuffer());
  assert.deepEqual([file.status, bytes.byteLength], [200, node.byteSize]);
  assert.equal(createHash('sha256').update(bytes).digest('hex'), node.sha256);
  const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as { seq: number; label: string }).map(({ seq, label }) => [seq, label]),
    [
      [1, 'cat'],
      [2, 'dog'],
      [3, 'ñandú'],
    ],
  );

  const none = 'mutation { setRetention(input: { archiveDays: 0 }) { __typename } }';
  (await graphql(server, none, {}, sandbox)).expectData();
  await advanceClock(server, sandbox, 'PT1H');
  assert.deepEqual((await graphql(server, query, {}, sandbox)).expectData().archives.edges, []);
  assert.equal((await fetch(node.url)).status, 404);
});
