import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { startTestServer } from '../harness/server.ts';
import { startFixture } from './graphql-fixture.ts';

/** What a client may say about the answer it wants, beyond what an audit says. */
const clients: Record<string, (accept: string | null) => string> = {
  'as the audits come': (accept) => accept ?? '*/*',
  'from a client that prefers application/json': (accept) => accept ?? 'application/json',
  'from a client that prefers application/graphql-response+json': (accept) =>
    accept ?? 'application/graphql-response+json, application/json',
  'with weights, which take real negotiation': (accept) => `${accept ?? '*/*'};q=0.9`,
};

for (const [name, acceptOf] of Object.entries(clients)) {
  // “Assumes application/json when accept is missing” says nothing about a client that sends one.
  const skipped = name.includes('graphql-response+json') ? ['80D8', '47DE', '9ABE'] : [];

  test(`every audit of the GraphQL over HTTP specification passes ${name}`, async (t) => {
    await using server = await startFixture();
    const fetchFn = (url: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      headers.set('accept', acceptOf(headers.get('accept')));
      return fetch(url, { ...init, headers });
    };
    const audits = serverAudits({ url: server.url, fetchFn: name.startsWith('as') ? fetch : fetchFn });
    assert.equal(audits.length, 61);
    const results = await Promise.all(audits.filter(({ id }) => !skipped.includes(id)).map((audit) => audit.fn()));
    const failed = results.filter(({ status }) => status !== 'ok');
    assert.deepEqual(
      failed.map((result) => `${result.id} ${result.name}: ${'reason' in result ? result.reason : ''}`),
      [],
    );
    t.diagnostic(`${results.length - failed.length} of ${results.length} audits`);
  });
}

test('every audit passes on the whole server, too', async () => {
  await using server = await startTestServer();
  const audits = serverAudits({ url: `${server.url}/graphql` });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  assert.deepEqual(
    results.filter(({ status }) => status !== 'ok').map(({ id, name }) => `${id} ${name}`),
    [],
  );
  assert.equal(results.length, 61);
});
