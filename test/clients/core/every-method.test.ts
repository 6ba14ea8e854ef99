import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Call, Client } from '@sightline/core';
import type { Live, PagedList, Transport } from '@sightline/core';

type Method = (...given: unknown[]) => unknown;

/** Streams tell of no answer: they have many, or none. */
const streams = [
  'auditLog.export',
  'events.subscribe',
  'notifications.watch',
  'presence.watch',
  'sessions.watch',
  'subscribe',
  'usage.live',
];
/** Of the client itself, without a server. */
const local = ['close', 'with'];

const live: Live = { subscribe: () => () => {}, reset: () => {} };

/** Answers everything by a refusal, and counts. */
function refusing() {
  let count = 0;
  const transport: Transport = {
    async send() {
      count += 1;
      const error = { message: 'No.', extensions: { code: 'FORBIDDEN', requestId: 'r-1' } };
      const bytes = new TextEncoder().encode(JSON.stringify({ errors: [error], error: { code: 'FORBIDDEN' } }));
      return { status: 403, headers: new Headers(), bytes };
    },
    openLive: () => live,
  };
  return { transport, count: () => count };
}

function* methodsOf(client: Client): Generator<[path: string, call: Method]> {
  for (let owner: object = client; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (name === 'constructor' || name === 'parts') continue;
      if (typeof value === 'function') yield [name, (...given) => (value as Method).apply(client, given)];
      else if (typeof value === 'object' && value !== null)
        for (const [member, method] of Object.entries(value as object))
          if (typeof method === 'function') yield [`${name}.${member}`, method as Method];
    }
  }
}

/** What most methods can be called with and ask the server all the same. */
const given: Readonly<Record<string, unknown[]>> = {
  'events.snapshot': [{ snapshot: { id: 's', url: 'http://127.0.0.1:1/s', contentType: 'image/jpeg' } }],
  'sources.upload': [{ name: 'a.jpg', data: new Uint8Array(1) }],
  graphql: ['{ viewer { role } }'],
  'nodes.get': [[]],
  'estimates.of': ['{ viewer { role } }'],
};

test('every method of the client is a call that tells its answer, a list that can be awaited, or a stream', async () => {
  const { transport, count } = refusing();
  const client = new Client({ token: 't', transport, maxRetries: 0, inferenceUrl: 'http://127.0.0.1:1' });
  const seen: string[] = [];
  for (const [path, call] of methodsOf(client)) {
    seen.push(path);
    if (local.includes(path)) continue;
    const before = count();
    const result = call(...(given[path] ?? [{}, {}]));
    if (streams.includes(path)) {
      assert.equal(typeof (result as AsyncIterable<unknown>)[Symbol.asyncIterator], 'function', path);
      continue;
    }
    const isList = typeof (result as Partial<PagedList<unknown>>).pages === 'function';
    assert.ok(isList || result instanceof Call, `${path} is neither a Call nor a list`);
    await assert.rejects((result as Call<unknown>).withResponse(), { code: 'FORBIDDEN' }, path);
    await assert.rejects(async () => await (result as Call<unknown>), { code: 'FORBIDDEN' }, path);
    assert.equal(count() - before, 1, `${path} asked ${count() - before} times`);
  }
  assert.ok(seen.length > 110, `only ${seen.length} methods were found`);
  assert.equal(new Set(seen).size, seen.length);
  for (const path of [...streams, ...local]) assert.ok(seen.includes(path), path);
});
