import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';

const createTeam =
  'mutation ($input: CreateTeamInput!) { createTeam(input: $input) { __typename ... on CreateTeamPayload { team { id name } } } }';

test('a mutation with a key happens once, and is answered with the same bytes', async () => {
  await using server = await startTestServer();
  const { token } = await signUp(server);
  const key = randomUUID();
  const send = (name: string) =>
    graphql(server, createTeam, { input: { name } }, { token, headers: { 'idempotency-key': key } });
  const first = await send('one');
  first.expectData();
  assert.equal(first.headers.get('idempotent-replayed'), null);
  const again = await send('one');
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
  assert.equal(again.text, first.text);
  const other = await send('two');
  other.expectCode('IDEMPOTENCY_KEY_REUSED');
  assert.equal(other.status, 422);
  const rows = await query(server.databaseUrl, 'select * from "Team"');
  assert.equal(rows.length, 1);
});
