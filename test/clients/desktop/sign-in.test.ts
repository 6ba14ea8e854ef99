import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { ConnectionError } from '@sightline/core';
import { OAuthRefusedError, SignInNotKeptError, signInByDevice } from '@sightline/desktop';
import { keepSignIn } from '../../../clients/desktop/src/keep-sign-in.ts';

type Poll = 'pending' | 'cut' | 'proxy' | 'denied' | 'tokens';

/** A server that answers polls as it is told, the last way again and again. */
async function startGrants(polls: Poll[], expiresIn = 600) {
  const counts = { polls: 0 };
  const listener = createServer((request, response) => {
    const say = (status: number, body: object | string) =>
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    request.resume();
    if (request.url === '/device') {
      const code = { device_code: 'd', user_code: 'U', verification_uri: 'http://localhost/', expires_in: expiresIn };
      return void say(200, { ...code, interval: 0.002 });
    }
    const poll = polls[Math.min(counts.polls, polls.length - 1)];
    counts.polls += 1;
    if (poll === 'cut') request.socket.destroy();
    else if (poll === 'proxy') say(502, '<h1>Bad gateway</h1>');
    else if (poll === 'pending') say(400, { error: 'authorization_pending' });
    else if (poll === 'denied') say(400, { error: 'access_denied' });
    else say(200, { access_token: 'a token', refresh_token: 'another' });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const endpoints = { issuer: url, authorizationEndpoint: url, tokenEndpoint: url, deviceEndpoint: `${url}/device` };
  return {
    counts,
    signIn: () =>
      signInByDevice({
        ...{ server: { ...endpoints, clientId: 'tests' }, signal: new AbortController().signal },
        onCode() {},
      }),
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

test('polls that are cut, or that a proxy answers, end no sign-in', async () => {
  await using grants = await startGrants(['pending', 'cut', 'cut', 'pending', 'proxy', 'tokens']);
  assert.deepEqual(await grants.signIn(), { token: 'a token', refreshToken: 'another' });
  assert.equal(grants.counts.polls, 6);
});

test('a refusal ends it at once, and so does nobody answering once the code is over', async () => {
  await using refusing = await startGrants(['cut', 'denied']);
  await assert.rejects(refusing.signIn(), OAuthRefusedError);
  await using gone = await startGrants(['cut'], 0.02);
  await assert.rejects(gone.signIn(), ConnectionError);
});

test('a renewed sign-in that cannot be kept is told, tried again at the end, and said to be lost if that fails, too', async () => {
  const state = { isBroken: false, kept: null as string | null };
  const secrets = {
    get: async () => state.kept,
    async set(_name: string, value: string) {
      if (state.isBroken) throw new Error('The disk is full.');
      state.kept = value;
    },
    delete: async () => void (state.kept = null),
  };
  const told: string[] = [];
  const given = { secrets, name: 'a', logger: { warn: (message: string) => void told.push(message) } };
  const signIns = await keepSignIn(given);
  await signIns.keep({ token: '1', refreshToken: 'one', organizationId: 'o' });
  await signIns.written();
  state.isBroken = true;
  signIns.renew({ token: '2', refreshToken: 'two' });
  await assert.rejects(
    signIns.written(),
    (error) => error instanceof SignInNotKeptError && /disk is full/.test(String(error.cause)),
  );
  assert.equal(told.length, 1);
  state.isBroken = false;
  await signIns.written();
  assert.equal((await keepSignIn(given)).kept?.refreshToken, 'two');
  // Whoever signs out has nothing to keep.
  await signIns.forget();
  signIns.renew({ token: '3', refreshToken: 'three' });
  await signIns.written();
  assert.equal((await keepSignIn(given)).kept, null);
});
