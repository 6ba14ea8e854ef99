import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Signals } from '../outbox/signals.ts';
import type { FeedPage, FeedReader } from './feed-reader.ts';
import { openLiveTail } from './live-tail.ts';

const organizationId = '00000000-0000-4000-8000-000000000001';
const at = '2026-01-02T03:04:05.000Z';
type Grown = Signals['feed.grown'];
const rowOf = (seq: number) => ({ organizationId, seq: String(seq), month: at, occurredAt: at, recordedAt: at });
const hintOf = (seq: number) => {
  const hint = { fromSeq: String(seq), events: [rowOf(seq)] };
  return { organizationId, lastSeq: String(seq), hint };
};

/** A tail at number 0, of a feed whose pages come when the test says so. */
async function openTail() {
  const pages: PromiseWithResolvers<FeedPage | null>[] = [];
  let tell: (signal: Grown) => void = () => assert.fail('nobody listens');
  const reader: FeedReader = {
    lastSeqs: async () => new Map([[organizationId, 0n]]),
    page() {
      const page = Promise.withResolvers<FeedPage | null>();
      pages.push(page);
      return page.promise;
    },
  };
  const signals = {
    on: async (_topic: string, _id: string | null, listener: (signal: Grown) => void) => {
      tell = listener;
      return async () => {};
    },
  };
  const deps = { reader, signals: signals as never, log: { warn: () => assert.fail('it could not read') } };
  const tail = (await openLiveTail(deps, organizationId)) ?? assert.fail('there is a feed');
  return { tail, pages, tell: (signal: Grown) => tell(signal) };
}

const pageOf = (...seqs: number[]): FeedPage => {
  const events = seqs.map((seq) => ({ ...rowOf(seq), seq: BigInt(seq) })) as never;
  return { firstSeq: 1n, lastSeq: BigInt(seqs.at(-1) ?? 0), events };
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what is told while the table is read is taken from its signals: it is not read again for that', async () => {
  const { tail, pages, tell } = await openTail();
  tell({ organizationId, lastSeq: '1' });
  for (const seq of [2, 3, 4]) tell(hintOf(seq));
  // The page knows some of it already.
  pages[0]!.resolve(pageOf(1, 2));
  await settled();
  assert.deepEqual([tail.position, pages.length], [4n, 1]);
  tell(hintOf(5));
  assert.deepEqual([tail.position, pages.length], [5n, 1]);
});

test('what was told meanwhile and does not follow is read', async () => {
  const { tail, pages, tell } = await openTail();
  tell({ organizationId, lastSeq: '1' });
  tell(hintOf(4));
  pages[0]!.resolve(pageOf(1));
  await settled();
  assert.equal(pages.length, 2);
  tell(hintOf(5));
  pages[1]!.resolve(pageOf(2, 3, 4));
  await settled();
  assert.deepEqual([tail.position, pages.length], [5n, 2]);
});
