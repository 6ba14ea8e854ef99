import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';

test('a cursor that is none is the caller’s mistake, on every connection and in both directions', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  for (const cursor of ['abc', 'R1BDOlM6bm90LXV1aWQ=', 'R1BDOk46MQ==', '']) {
    for (const field of ['sources', 'sessions', 'viewer { apiKeys']) {
      for (const at of ['after', 'before']) {
        const query = `query ($cursor: String) { ${field}(${at}: $cursor) { edges { cursor } } ${field.includes('{') ? '}' : ''} }`;
        const answer = await graphql(server, query, { cursor }, person);
        const codes = answer.errors.map(({ extensions }) => extensions['code']);
        assert.ok(!codes.includes('INTERNAL_SERVER_ERROR'), `${field} ${at} ${cursor}: ${answer.text}`);
      }
    }
  }
});
