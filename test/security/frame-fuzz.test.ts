import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { startFixture } from '../contract/graphql-fixture.ts';
import { openSocket } from '../contract/raw-socket.ts';
import { openFrames } from '../realtime/protocol/raw-frames.ts';
import type { Frame } from '../realtime/protocol/raw-frames.ts';
import { createRandom } from './fuzz/random.ts';
import { isLong, report } from './report.ts';

const frameCount = isLong ? 20_000 : 2_000;
/** What the process may have grown by when all is closed: what a garbage collector leaves, and no buffers of sockets. */
const grownMiB = 96;

const words = [
  '{"type":"connection_init"}',
  '{"type":"connection_init","payload":{"authorization":"Bearer good"}}',
  '{"type":"subscribe","id":"1","payload":{"query":"{ hello }"}}',
  '{"type":"subscribe","id":"2","payload":{"query":"subscription { silence }"}}',
  '{"type":"complete","id":"2"}',
  '{"type":"ping"}',
  '{"type":"next","id":"1","payload":{}}',
  '{"type":"subscribe","id":"__proto__","payload":{"__proto__":{"query":"{ hello }"}}}',
];

test('random frames neither stop the server, nor make it grow, nor keep others from being served', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
  const random = createRandom(seed);
  await using server = await startFixture();

  function payload(): Buffer {
    const word = Buffer.from(random.pick(words));
    const kind = random.whole(6);
    if (kind < 3) return word;
    if (kind === 3) return word.subarray(0, random.whole(word.length));
    const size = random.pick([0, 1, 125, 126, 127, 1_000, 65_535, 65_536]);
    return Buffer.from(Array.from({ length: Math.min(size, 4_000) }, () => random.whole(256)));
  }
  function frame(): Frame {
    const isOdd = random.whole(4) === 0;
    return {
      opcode: isOdd ? random.whole(16) : random.pick([1, 1, 1, 1, 2, 9, 10, 0, 8]),
      payload: payload(),
      isLast: random.whole(8) > 0,
      isMasked: random.whole(20) > 0,
      reserved: random.whole(20) === 0 ? random.whole(8) : 0,
      ...(random.whole(30) === 0 && { length: random.pick([0, 1, 127, 70_000, 2 ** 31, 2n ** 62n, 2n ** 64n - 1n]) }),
    };
  }

  let sent = 0;
  let dead = 0;
  async function oneSocket(): Promise<void> {
    using raw = await openFrames(server);
    raw.send({ opcode: 1, payload: words[0]! });
    for (let left = 1 + random.whole(40); left > 0 && raw.socket.writable; left -= 1) {
      raw.send(frame());
      sent += 1;
      if (left % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  async function isServed(): Promise<boolean> {
    await using socket = await openSocket(server.wsUrl);
    await socket.init();
    socket.subscribe('1', '{ hello }');
    return (await socket.next()).type === 'next';
  }

  await oneSocket();
  const before = process.memoryUsage().rss;
  while (sent < frameCount) {
    await Promise.all(Array.from({ length: 20 }, oneSocket));
    if (!(await isServed())) dead += 1;
  }
  const bugs = server.logs.filter((line) => /"level":(?:50|60|"error"|"fatal")/.test(line));
  const grown = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  report(
    'fuzzed frames',
    { tried: sent, 'not served': dead, 'bugs in the log': bugs.length, 'grown too far': Number(grown > grownMiB) },
    { 'grown, MiB': grown, seed },
  );
  assert.deepEqual([dead, bugs.slice(0, 3)], [0, []], `FUZZ_SEED=${seed}`);
  assert.ok(grown <= grownMiB, `grown by ${grown} MiB, FUZZ_SEED=${seed}`);
});
