import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthenticationError, Client } from '@sightline/core';
import type { Tokens } from '@sightline/core';
import { movableClock } from '../harness/movable-clock.ts';
import { password, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { graphqlError, startFakeServer } from './fake-server.ts';

test('a client goes on for days: it changes its tokens by itself, and tells who keeps them', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const { email } = await signUp(server);
  const kept: Tokens[] = [];
  await using client = new Client({ baseUrl: server.url, onTokens: (tokens) => kept.push(tokens) });
  const signedIn = await client.auth.signIn({ email, password });
  for (let day = 1; day <= 3; day += 1) {
    clock.advance({ days: 20 });
    assert.equal((await client.auth.viewer())?.user.email, email);
    assert.equal(kept.length, day);
  }
  clock.advance({ ms: 3_601_000 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.auth.viewer()));
  assert.ok(answers.every((viewer) => viewer?.user.email === email));
  assert.equal(kept.length, 4, 'many calls at once ask once');

  const { token, refreshToken } = kept.at(-1)!;
  clock.advance({ days: 1 });
  await using later = new Client({ baseUrl: server.url, token, refreshToken: refreshToken ?? undefined });
  assert.equal((await later.auth.viewer())?.user.email, email);

  await using copied = new Client({ baseUrl: server.url, token: signedIn.token, refreshToken: signedIn.refreshToken });
  await assert.rejects(copied.auth.viewer(), AuthenticationError, 'a copy of long ago ends the sign-in');
  await assert.rejects(later.auth.viewer(), AuthenticationError);
});

test('a subscription that is opened after the token was over gets a new one first', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const { email } = await signUp(server);
  await using client = new Client({ baseUrl: server.url });
  await client.auth.signIn({ email, password });
  clock.advance({ ms: 3_601_000 });
  // A call notices; a socket has nobody to ask it again.
  assert.equal((await client.auth.viewer())?.user.email, email);
  await using stream = client.events.subscribe({ after: '0' });
  const ended = Symbol('still open');
  const first = await Promise.race([stream.next(), client.auth.viewer().then(() => ended)]);
  assert.equal(first, ended);
});

test('people see their devices, and end them', async () => {
  await using server = await startTestServer();
  const { email } = await signUp(server);
  await using client = new Client({ baseUrl: server.url });
  await using other = new Client({ baseUrl: server.url });
  await client.auth.signIn({ email, password });
  await other.auth.signIn({ email, password });
  const { items } = await client.signIns.list().page();
  assert.deepEqual(
    items.map(({ current }) => current),
    [false, true, false],
  );
  await client.signIns.revoke(items[0]!.id);
  await assert.rejects(other.auth.viewer(), AuthenticationError);
  assert.equal(await client.signIns.revokeAll({ keepThis: true }), 1);
  assert.equal((await client.auth.viewer())?.user.email, email);
});

test('a server that is away does not sign anybody out', async () => {
  await using server = await startFakeServer();
  server.reply({ errors: [graphqlError('UNAUTHENTICATED')] }, { status: 503, text: '' });
  const client = new Client({ baseUrl: server.url, token: 'a', refreshToken: 'b', maxRetries: 0 });
  await assert.rejects(client.auth.viewer());
  const payload = { __typename: 'RefreshTokenPayload', token: 'c', refreshToken: 'd', expiresAt: '' };
  server.reply(
    { errors: [graphqlError('UNAUTHENTICATED')] },
    { data: { refreshToken: payload } },
    { data: { viewer: null } },
  );
  assert.equal(await client.auth.viewer(), null);
  assert.equal(server.requests.at(-1)?.headers.authorization, 'Bearer c');
  assert.deepEqual(server.requests.at(-2)?.variables, { input: { refreshToken: 'b' } });
  assert.equal(server.requests.at(-2)?.headers.authorization, undefined, 'a token that is over is sent to nobody');
});
