import { randomUUID } from 'node:crypto';
import { graphql } from '../../harness/graphql.ts';
import { joinAs } from '../../harness/people.ts';
import { newKey } from '../../api/keys/keys.ts';
import { createBrowser } from '../../api/tokens/tokens.ts';
import { password } from '../../harness/people.ts';
import { until } from '../../harness/until.ts';
import { openSocket } from '../raw-socket.ts';
import { closeOf, onGraph, runOn, sendGraph, speak, wsUrl } from './scene.ts';
import type { Case, Closed, Scene, Told } from './scene.ts';

const idOf = (type: string) => Buffer.from(`${type}:${randomUUID()}`).toString('base64url');
const creating = 'mutation { createTeam(input: { name: "a" }) { __typename } }';
const asking = '{ viewer { role } }';

/** HTTP alone, in both its forms. */
const overHttp = (
  code: Case['code'],
  send: (scene: Scene, on: string) => Promise<Told>,
  on: Case['on'][] = ['graphql', 'sse'],
): Case[] => on.map((each) => ({ code, on: each, provoke: (scene) => send(scene, each) }));

const closing = (code: Case['code'], provoke: (scene: Scene) => Promise<Closed>, isSlow = false): Case => ({
  ...{ code, on: 'close', provoke, isSlow },
});

/** A browser with the cookies of somebody who signed in. */
const browserOf = ({ server, once, owner }: Scene) =>
  once('browser', async () => {
    const browser = createBrowser(server);
    await browser.json('POST', '/session', { email: owner.email, password });
    return browser;
  });

/** A key that has used up its limit of requests. */
async function usedUp({ server, owner }: Scene, max: number): Promise<string> {
  const { secret } = await newKey(server, owner, { limits: [{ name: 'REQUESTS', max, windowSeconds: 3_600 }] });
  for (let count = 0; count < max; count += 1) await graphql(server, asking, {}, { token: secret });
  return secret;
}

const elsewhere = ({ server, owner, once }: Scene) =>
  once('key from elsewhere', async () => {
    const { secret } = await newKey(server, owner, { allowedAddresses: ['203.0.113.1'] });
    return secret;
  });

export const graphCases: Case[] = [
  ...overHttp('BAD_REQUEST', (scene, on) => sendGraph(scene, on, { body: '{' })),
  closing('BAD_REQUEST', async ({ server, headers }) => {
    await using socket = await openSocket(wsUrl(server), { headers });
    socket.send('{');
    const { code, reason } = await socket.closed;
    return { closeCode: code, reason };
  }),
  ...overHttp('BODY_TOO_LARGE', (scene, on) => sendGraph(scene, on, { body: ' '.repeat(1_048_577) })),
  ...overHttp('BATCHING_NOT_SUPPORTED', (scene, on) => sendGraph(scene, on, { body: '[]' })),
  // What a server answers that was given documents is in known-documents.test.ts.
  ...onGraph('DOCUMENT_UNKNOWN', () => ({ query: '', documentId: `sha256:${'0'.repeat(64)}` })),
  ...onGraph('GRAPHQL_PARSE_FAILED', () => ({ query: '{ viewer {' })),
  ...onGraph('GRAPHQL_VALIDATION_FAILED', () => ({ query: '{ nothing }' })),
  ...onGraph('QUERY_TOO_COMPLEX', ({ owner: { token } }) => ({
    query: '{ sources(first: 101) { edges { cursor } } }',
    token,
  })),
  ...overHttp('METHOD_NOT_ALLOWED', (scene, on) => sendGraph(scene, on, { method: 'PATCH', body: '{}' })),
  ...overHttp('NOT_ACCEPTABLE', (scene, on) => sendGraph(scene, on, { body: '{}', headers: { accept: 'image/png' } }), [
    'graphql',
  ]),
  closing(
    'REQUEST_TIMEOUT',
    async ({ server, headers }) => {
      await using socket = await openSocket(wsUrl(server), { headers });
      const { code, reason } = await socket.closed;
      return { closeCode: code, reason };
    },
    true,
  ),
  closing('NOT_ACCEPTABLE', async ({ server, headers }) => {
    await using socket = await openSocket(wsUrl(server), { headers, protocol: null });
    const { code, reason } = await socket.closed;
    return { closeCode: code, reason };
  }),
  ...overHttp('UNSUPPORTED_MEDIA_TYPE', (scene, on) =>
    sendGraph(scene, on, { body: '{}', headers: { 'content-type': 'text/plain' } }),
  ),
  ...onGraph('INPUT_INVALID', ({ owner: { token } }) => ({ query: '{ source(id: "nonsense") { id } }', token })),
  ...onGraph('CURSOR_INVALID', ({ owner: { token } }) => ({
    ...{ query: '{ events(first: 1, after: "nonsense") { edges { cursor } } }', token },
  })),

  ...onGraph('UNAUTHENTICATED', () => ({ query: '{ sources { edges { cursor } } }' })),
  closing('UNAUTHENTICATED', (scene) => closeOf(scene, { authorization: 'Bearer nobody' })),
  ...onGraph('FORBIDDEN', async ({ server, owner, language, once }) => {
    const { token } = await once('viewer', async () => {
      const member = await joinAs(server, owner, 'VIEWER');
      await speak(server, member, language);
      return member;
    });
    return { query: creating, token };
  }),
  closing('FORBIDDEN', (scene) => closeOf(scene, { authorization: 7 })),
  ...onGraph('TOO_MANY_ATTEMPTS', async ({ server, newPerson, once }) => {
    const query = 'query ($userCode: String!) { deviceGrant(userCode: $userCode) { clientName } }';
    const variables = { userCode: 'BBBB-BBBB' };
    const { token } = await once('guesser', async () => {
      const person = await newPerson('guesser');
      for (let count = 0; count < 5; count += 1) await graphql(server, query, variables, person);
      return person;
    });
    return { query, variables, token };
  }),
  ...onGraph(
    'STEP_UP_REQUIRED',
    async ({ clock, newPerson, once }) => {
      const { token, email } = await once('proved long ago', async () => {
        const person = await newPerson('outdated');
        clock.advance({ ms: 6 * 60_000 });
        return person;
      });
      const query = 'mutation ($email: String!) { eraseMe(input: { email: $email }) { __typename } }';
      return { query, variables: { email }, token };
    },
    ['graphql', 'sse', 'websocket'],
    true,
  ),
  ...overHttp('CSRF_REFUSED', async (scene, on) => {
    const cookie = (await browserOf(scene)).cookieHeader();
    const headers = { cookie, origin: scene.server.url };
    return sendGraph(scene, on, { body: JSON.stringify({ query: asking }), headers });
  }),
  ...overHttp('ORIGIN_REFUSED', async (scene, on) => {
    const cookie = (await browserOf(scene)).cookieHeader();
    const headers = { cookie, origin: 'https://evil.example' };
    return sendGraph(scene, on, { body: JSON.stringify({ query: asking }), headers });
  }),
  closing('ORIGIN_REFUSED', async (scene) => {
    const cookie = (await browserOf(scene)).cookieHeader();
    return closeOf(scene, {}, { cookie, 'sec-fetch-site': 'cross-site' });
  }),
  ...onGraph('SCOPE_MISSING', ({ key }) => ({ query: creating, token: key })),
  ...onGraph('KEY_ADDRESS_REFUSED', async (scene) => ({ query: asking, token: await elsewhere(scene) }), [
    'graphql',
    'sse',
  ]),
  closing('KEY_ADDRESS_REFUSED', async (scene) =>
    closeOf(scene, { authorization: `Bearer ${await elsewhere(scene)}` }),
  ),
  ...onGraph('SANDBOX_ONLY', ({ owner: { token } }) => ({
    query: 'mutation { advanceClock(input: { by: "P1D" }) { now } }',
    token,
  })),
  ...onGraph('NOT_FOUND', ({ owner: { token } }) => ({
    query: 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }',
    ...{ variables: { id: idOf('ApiKey') }, token },
  })),
  ...onGraph('KEY_LIMIT_REACHED', async (scene) => ({ query: asking, token: await usedUp(scene, 1) }), [
    'graphql',
    'sse',
  ]),
  {
    code: 'KEY_LIMIT_REACHED',
    on: 'websocket',
    // Opening the socket is the second request.
    provoke: async (scene) => {
      const { secret } = await newKey(scene.server, scene.owner, {
        limits: [{ name: 'REQUESTS', max: 1, windowSeconds: 3_600 }],
      });
      return runOn(scene, 'websocket', { query: asking, token: secret });
    },
  },
  closing('KEY_LIMIT_REACHED', async (scene) => closeOf(scene, { authorization: `Bearer ${await usedUp(scene, 1)}` })),
  {
    code: 'TOO_MANY_SUBSCRIPTIONS',
    on: 'websocket',
    async provoke({ server, headers, owner: { token } }) {
      await using socket = await openSocket(wsUrl(server), { headers });
      await socket.init({ authorization: `Bearer ${token}` });
      for (let id = 0; id <= 100; id += 1) socket.subscribe(`${id}`, 'subscription { eventFeed { __typename } }');
      const { type, payload } = await socket.next();
      const { message, extensions } = payload[0];
      return { message, ...extensions, status: type === 'error' ? null : 0 };
    },
  },
  closing('BODY_TOO_LARGE', async ({ server, headers, owner: { token } }) => {
    await using socket = await openSocket(wsUrl(server), { headers });
    // Who has said hello cannot be too late for it, however busy the machine is.
    await socket.init({ authorization: `Bearer ${token}` });
    socket.send('x'.repeat(1024 * 1024 + 1));
    const { code, reason } = await socket.closed;
    return { closeCode: code, reason };
  }),
  // A reason has no language, and this takes megabytes: once is enough.
  closing('READER_TOO_SLOW', ({ server, headers, owner: { token }, shared }) =>
    shared('slow reader', async () => {
      await using socket = await openSocket(wsUrl(server), { headers });
      await socket.init({ authorization: `Bearer ${token}` });
      socket.socket.pause();
      const before = server.logs.length;
      const isNoticed = () => server.logs.slice(before).some((line) => line.includes('reads too slowly'));
      // Far more than buffers hold, and nobody reads any of it.
      const query = `{ __schema { ${['a', 'b', 'c', 'd'].map((each) => `${each}: types { name description fields { name description } }`).join(' ')} } }`;
      for (let id = 0; id < 100; id += 1) socket.subscribe(`${id}`, query);
      await until(isNoticed);
      socket.socket.resume();
      const { code, reason } = await socket.closed;
      return { closeCode: code, reason };
    }),
  ),
];
