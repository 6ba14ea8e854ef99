import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@sightline/core';
import { graphqlError, startFakeServer } from './fake-server.ts';
import type { Received } from './fake-server.ts';

const total = 7;

function pageOf({ variables }: Received) {
  const start = Number(variables['after'] ?? 0);
  const numbers = Array.from({ length: Number(variables['first']) }, (_, index) => start + index + 1).filter(
    (n) => n <= total,
  );
  const end = numbers.at(-1) ?? start;
  return {
    data: {
      sources: {
        edges: numbers.map((number) => ({ cursor: String(number), node: { id: `source-${number}` } })),
        pageInfo: { hasNextPage: end < total, endCursor: String(end) },
      },
    },
  };
}

test('a list asks for nothing by itself, reads one page on demand, and every page when iterated', async () => {
  await using server = await startFakeServer();
  server.reply(pageOf);
  const list = new Client({ baseUrl: server.url }).sources.list({ pageSize: 3 });
  assert.equal(server.requests.length, 0);

  const first = await list.page();
  assert.deepEqual([first.items.length, first.hasNextPage, first.endCursor], [3, true, '3']);
  assert.equal(server.requests.length, 1);
  assert.deepEqual(
    (await first.next())?.items.map(({ id }) => id),
    ['source-4', 'source-5', 'source-6'],
  );

  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  assert.deepEqual(
    ids,
    Array.from({ length: total }, (_, index) => `source-${index + 1}`),
  );

  const sizes: number[] = [];
  for await (const page of list.pages()) sizes.push(page.items.length);
  assert.deepEqual(sizes, [3, 3, 1]);
});

test('a list that is awaited is its first page, asked for once however often, with the answer beside it', async () => {
  await using server = await startFakeServer();
  server.reply((request) => ({ ...pageOf(request), headers: { 'x-request-id': 'r-1' } }));
  const list = new Client({ baseUrl: server.url }).sources.list({ pageSize: 3 });
  const [first, again, { data, response }] = await Promise.all([list, list, list.withResponse()]);
  assert.deepEqual([first.items.length, again === first, data === first, response.requestId], [3, true, true, 'r-1']);
  assert.equal(server.requests.length, 1);
  assert.equal((await first.next())?.items[0]?.id, 'source-4');
});

test('a list that fails rejects where it is awaited, and nowhere else', async () => {
  await using server = await startFakeServer();
  server.reply({ errors: [graphqlError('FORBIDDEN')] });
  const list = new Client({ baseUrl: server.url }).sources.list();
  await assert.rejects(async () => await list, { code: 'FORBIDDEN' });
  await assert.rejects(list.withResponse(), { code: 'FORBIDDEN' });
});

test('leaving the loop asks for no further page', async () => {
  await using server = await startFakeServer();
  server.reply(pageOf);
  for await (const { id } of new Client({ baseUrl: server.url }).sources.list({ pageSize: 3 })) {
    if (id === 'source-3') break;
  }
  assert.equal(server.requests.length, 1);
});
