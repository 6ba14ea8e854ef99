import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, createSocket, openSse, sendByFetch } from '@sightline/core';
import type { EventStream, Transport } from '@sightline/core';
import { startChaosProxy } from '../../faults/chaos-proxy.ts';
import { chanceOf } from '../../faults/seed.ts';
import { until } from '../../harness/until.ts';
import { startFakeFeed } from '../fake-feed.ts';
import { startStreamFeed } from './stream-feed.ts';

const cutsMin = process.env['TORTURE_LONG'] ? 10_000 : 1_000;

type Feed = AsyncDisposable & { url: string; append(count: number): void };
const ways: { name: string; openLive: Transport['openLive']; start(): Promise<Feed> }[] = [
  { name: 'socket', openLive: createSocket, start: () => startFakeFeed({ repeat: 1 }) },
  { name: 'stream', openLive: openSse, start: startStreamFeed },
];

/** Reads until number `last()`; tells where it is as it goes. */
async function read(stream: EventStream, last: () => number, seen: number[], tell: () => void): Promise<void> {
  for await (const item of stream) {
    assert.equal(item.kind, 'event');
    if (item.kind === 'event') seen.push(item.event.seq);
    tell();
    if (seen.length >= last()) return;
  }
}

for (const { name, openLive, start } of ways) {
  test(`over a ${name} that is cut ${cutsMin} times, every event comes once, in order`, async (t) => {
    const chance = chanceOf(`torture ${name}`);
    await using feed = await start();
    await using proxy = await startChaosProxy({ target: () => new URL(feed.url), chance });
    const client = new Client({
      ...{ baseUrl: proxy.url, token: 't', reconnect: { nextDelayMs: () => 0 } },
      transport: { send: sendByFetch((...request) => fetch(...request)), openLive },
    });
    let appended = 0;
    let isOver = false;
    const append = (count: number) => {
      appended += count;
      feed.append(count);
    };
    const seen: number[] = [];
    let tell = () => {};
    append(1);
    const reading = read(
      client.events.subscribe({ after: '0' }),
      () => (isOver ? appended : Infinity),
      seen,
      () => tell(),
    );
    for (let cuts = 0; cuts < cutsMin;) {
      // Half of them hit a connection that is being made or has just been; the others one that has said something.
      if (chance.next() < 0.5) {
        const told = new Promise<void>((resolve) => (tell = resolve));
        append(chance.between(1, 4));
        await told;
      } else {
        append(chance.between(0, 2));
        await until(() => proxy.openCount() > 0);
      }
      if (proxy.cut()) cuts += 1;
      else append(1);
      // What the proxy was told to do is done by the network, and not by us.
      await new Promise((resolve) => setImmediate(resolve));
    }
    isOver = true;
    append(1);
    await reading;
    assert.deepEqual(
      seen,
      Array.from({ length: appended }, (_, index) => index + 1),
    );
    const { cuts, cutMidway } = proxy.counts();
    assert.ok(cuts >= cutsMin && cutMidway > cutsMin / 10, `${cuts} cuts, ${cutMidway} within what was being said`);
    t.diagnostic(`${appended} events, ${cuts} cuts, ${cutMidway} of them within what was being said`);
    client.close();
  });
}
