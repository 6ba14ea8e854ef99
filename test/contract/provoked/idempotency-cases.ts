import { randomUUID } from 'node:crypto';
import { digestOf } from '@sightline/server/domain/idempotency/idempotency';
import pg from 'pg';
import { uuidOf } from '../../harness/people.ts';
import { openSocket } from '../raw-socket.ts';
import { answerOf, grantOf, runOn, toldOfMessage, wsUrl } from './scene.ts';
import type { Case, Scene, Told } from './scene.ts';

const creating = (name: string) => `mutation { createTeam(input: { name: "${name}" }) { __typename } }`;

/** A mutation with a key, as each transport carries one. */
async function sendKeyed(scene: Scene, on: Case['on'], query: string, key: string): Promise<Told> {
  const { token } = scene.owner;
  if (on !== 'websocket') return runOn(scene, on, { query, token, headers: { 'idempotency-key': key } });
  await using socket = await openSocket(wsUrl(scene.server), { headers: scene.headers });
  await socket.init({ authorization: `Bearer ${token}` });
  socket.send({ id: '1', type: 'subscribe', payload: { query, extensions: { idempotencyKey: key } } });
  return toldOfMessage(await socket.next());
}

const session = (
  scene: Scene,
  body: object,
  { key, headers = {} }: { key: string; headers?: Record<string, string> },
) =>
  answerOf(scene, {
    ...{ path: '/session', method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
  });

/** As a server elsewhere does while it has the request. */
async function whileHeld(scene: Scene, scope: string, key: string, ask: () => Promise<Told>): Promise<Told> {
  const client = new pg.Client(scene.server.databaseUrl);
  await client.connect();
  try {
    const name = `idempotency ${scope} ${key}`;
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
    return await ask();
  } finally {
    await client.end();
  }
}

const graph = ['graphql', 'sse', 'websocket'] as const;
const nobody = '00000000-0000-0000-0000-000000000000';

export const idempotencyCases: Case[] = [
  ...graph.map((on): Case => ({
    ...{ code: 'IDEMPOTENCY_KEY_REUSED', on },
    async provoke(scene) {
      const key = randomUUID();
      await sendKeyed(scene, 'graphql', creating(key), key);
      return sendKeyed(scene, on, creating('another'), key);
    },
  })),
  {
    ...{ code: 'IDEMPOTENCY_KEY_REUSED', on: 'rest' },
    async provoke(scene) {
      // Any credential will do: the key is that of whoever sends it.
      const one = { key: randomUUID(), headers: { authorization: 'Bearer somebody' } };
      const guess = { email: `${one.key}@example.com`, password: 'not the password' };
      await session(scene, guess, one);
      return session(scene, { ...guess, password: 'not that one either' }, one);
    },
  },
  ...graph.map((on): Case => ({
    ...{ code: 'IDEMPOTENCY_IN_FLIGHT', on },
    provoke(scene) {
      const key = randomUUID();
      const scope = uuidOf(scene.owner.organizationId);
      return whileHeld(scene, scope, key, () => sendKeyed(scene, on, creating('held'), key));
    },
  })),
  {
    ...{ code: 'IDEMPOTENCY_IN_FLIGHT', on: 'rest' },
    provoke(scene) {
      const key = randomUUID();
      const body = { email: 'nobody@example.com', password: 'not the password' };
      const suffix = digestOf({ method: 'POST', url: '/session', body }).toString('hex');
      return whileHeld(scene, nobody, `${key}:${suffix}`, () => session(scene, body, { key }));
    },
  },
  {
    ...{ code: 'IDEMPOTENCY_KEY_REUSED', on: 'oauth' },
    async provoke(scene) {
      const headers = { 'idempotency-key': randomUUID(), authorization: 'Bearer somebody' };
      await grantOf(scene, '/oauth/token', { grant_type: 'password' }, headers);
      return grantOf(scene, '/oauth/token', { grant_type: 'another' }, headers);
    },
  },
  {
    ...{ code: 'IDEMPOTENCY_IN_FLIGHT', on: 'oauth' },
    provoke(scene) {
      const key = randomUUID();
      const body = { client_id: 'sightline-cli' };
      const sent = { method: 'POST', url: '/oauth/device', body: new URLSearchParams(body) };
      const suffix = digestOf(sent).toString('hex');
      const ask = () => grantOf(scene, '/oauth/device', body, { 'idempotency-key': key });
      return whileHeld(scene, nobody, `${key}:${suffix}`, ask);
    },
  },
];
