import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createFakeInference } from '../harness/fake-inference.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { upTo } from '../realtime/feed-world.ts';
import { startDrivenSession } from '../realtime/live.ts';
import { startChaosProxy } from './chaos-proxy.ts';
import { check, createHistory } from './history.ts';
import { startBareReader, startClientReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const [clientCount, cutCount] = isLong ? [100, 2_000] : [12, 60];
const patient = { timeout: 900_000 };

test(
  `${cutCount} cuts over ${clientCount} clients, many in the middle of a frame: each gets every event once, in order`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('sockets-cut');
    const fake = createFakeInference();
    await using server = await startTestServer({ inference: fake.inference });
    const person = await signUp(server);
    const session = await startDrivenSession(server, person, fake);
    await using proxy = await startChaosProxy({ target: () => new URL(server.url), chance });
    await using closing = new AsyncDisposableStack();
    const at = { url: proxy.url, token: person.token };
    const readers = Array.from({ length: clientCount }, (_, index) => {
      const kind = index % 4;
      if (kind === 3) return closing.use(startBareReader(at, 'sse'));
      return closing.use(kind === 2 ? startBareReader(at, 'ws') : startClientReader(at));
    });

    let eventCount = 1;
    const all = () => Promise.all(readers.map((reader) => reader.until(eventCount)));
    let wholeAt = 0;
    while (proxy.counts().cuts < cutCount) {
      const events = chance.between(1, 3);
      session.tell(events);
      eventCount += events;
      // Somewhere between the connection and the last word.
      for (let n = chance.between(0, 4); n > 0 && proxy.counts().cuts < cutCount; n -= 1) proxy.cut();
      await delay(chance.between(0, 20));
      // Who is cut more often than they can come back reads nothing, and then it is no reader that is cut.
      if (proxy.counts().cuts - wholeAt < clientCount) continue;
      await all();
      wholeAt = proxy.counts().cuts;
    }
    session.tell(3);
    eventCount += 3;
    await all();

    const history = createHistory();
    for (const [index, { name, seqs }] of readers.entries())
      for (const seq of seqs) history.seen(`${name} ${index}`, String(seq));
    const { details, ...counts } = check(history, upTo(eventCount).map(String));
    const { cuts, cutMidway } = proxy.counts();
    report(
      'sockets cut',
      { tried: eventCount * clientCount, injected: cuts, ...counts },
      { seconds: (performance.now() - startedAt) / 1_000, cutMidway },
    );
    assert.deepEqual(details, []);
    assert.ok(cutMidway > 0);
  },
);
