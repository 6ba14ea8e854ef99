import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { createKey, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { openSignIn, refresh, worksAs } from './tokens.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
after(() => server[Symbol.asyncDispose]());

const list = async (token: string, headers: Record<string, string> = {}) =>
  (
    await graphql(
      server,
      `
        {
          viewer {
            signIns {
              edges {
                node {
                  id
                  kind
                  deviceName
                  userAgent
                  address
                  place
                  lastSeenAt
                  current
                }
              }
            }
          }
        }
      `,
      {},
      { token, headers },
    )
  )
    .expectData()
    .viewer.signIns.edges.map(({ node }: { node: object }) => node);

test('people see where they are signed in, newest first, and which one asks', async () => {
  const person = await signUp(server);
  const answer = await graphql(
    server,
    'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token } } }',
    { input: { email: person.email, password: 'a long enough password', deviceName: 'Kitchen tablet' } },
    { headers: { 'user-agent': 'Tablet/1', 'x-forwarded-for': '203.0.113.9' } },
  );
  const { token } = answer.expectData().signIn;
  const [newest, oldest, ...more] = await list(token, { 'x-forwarded-for': '203.0.113.9' });
  assert.deepEqual(more, []);
  const { deviceName, userAgent, address, current, kind } = newest;
  assert.deepEqual(
    { deviceName, userAgent, address, current, kind },
    { deviceName: 'Kitchen tablet', userAgent: 'Tablet/1', address: '203.0.113.9', current: true, kind: 'API' },
  );
  assert.equal(oldest.current, false);
  assert.ok(Date.now() - Date.parse(newest.lastSeenAt) < 60_000);
});

test('a person ends one of their own sign-ins, with its refresh token, and no other', async () => {
  const [mine, other] = [await openSignIn(server), await openSignIn(server)];
  const second = await openSignIn(server, mine.email);
  const [{ id }] = await list(second.token);
  const revoke = (token: string) =>
    graphql(
      server,
      'mutation ($input: RevokeSignInInput!) { revokeSignIn(input: $input) { revoked } }',
      {
        input: { id },
      },
      { token },
    );
  (await revoke(other.token)).expectCode('NOT_FOUND');
  assert.equal(await worksAs(server, second.token), mine.email);
  for (let times = 0; times < 2; times += 1) (await revoke(mine.token)).expectData();
  assert.equal(await worksAs(server, second.token), null);
  assert.equal((await refresh(server, second.refreshToken)).code, 'REFRESH_TOKEN_INVALID');
  assert.equal(await worksAs(server, mine.token), mine.email);
});

test('signing out everywhere ends all, or all but the one that asks', async () => {
  const first = await openSignIn(server);
  const others = [await openSignIn(server, first.email), await openSignIn(server, first.email)];
  const everywhere = async (keepThis: boolean) =>
    (
      await graphql(
        server,
        'mutation ($input: SignOutEverywhereInput!) { signOutEverywhere(input: $input) { count } }',
        { input: { keepThis } },
        first,
      )
    ).expectData().signOutEverywhere.count;
  // Signing up opened one, too.
  assert.equal(await everywhere(true), 3);
  for (const { token } of others) assert.equal(await worksAs(server, token), null);
  assert.equal(await worksAs(server, first.token), first.email);
  assert.equal(await everywhere(false), 1);
  assert.equal(await worksAs(server, first.token), null);
});

test('a key is no person: it sees no sign-ins and ends none', async () => {
  const person = await signUp(server);
  const { secret } = await createKey(server, person, ['READ', 'WRITE']);
  assert.deepEqual(await list(secret), []);
  const query = 'mutation { signOutEverywhere(input: { keepThis: false }) { count } }';
  (await graphql(server, query, {}, { token: secret })).expectCode('UNAUTHENTICATED');
  assert.equal(await worksAs(server, person.token), person.email);
});
