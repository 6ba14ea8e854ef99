import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase } from '../harness/database.ts';
import { createFakeInference } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { upTo } from '../realtime/feed-world.ts';
import { startDrivenSession } from '../realtime/live.ts';
import { check, createHistory } from './history.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const jumps = isLong ? 300 : 30;
const minuteMs = 60_000;
const patient = { timeout: 900_000 };

test(
  `a server whose clock jumps ${jumps} times by up to ten minutes, back and forth: its feed and its sign-ins do not notice`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('clock-jumps');
    const clock = movableClock();
    const fake = createFakeInference();
    await using database = await createTestDatabase();
    await using jumping = await startTestServer({ clock, inference: fake.inference, databaseUrl: database.url });
    await using steady = await startTestServer({ databaseUrl: database.url });
    const person = await signUp(jumping);
    const session = await startDrivenSession(jumping, person, fake);
    await using near = startBareReader({ ...jumping, ...person }, 'ws');
    await using far = startBareReader({ ...steady, ...person }, 'sse');
    const readers = [near, far];

    let eventCount = 1;
    let offsetMs = 0;
    const failures: string[] = [];
    for (let jump = 0; jump < jumps; jump += 1) {
      // Never further than ten minutes from what everybody else has.
      const next = chance.between(-10, 10) * minuteMs;
      clock.advance({ ms: next - offsetMs });
      offsetMs = next;
      session.tell(2);
      eventCount += 2;
      for (const server of [jumping, steady]) {
        const { errors } = await graphql(server, '{ viewer { organization { name } } }', {}, person);
        if (errors.length > 0) failures.push(`${offsetMs / minuteMs} min: ${JSON.stringify(errors)}`);
      }
    }
    await Promise.all(readers.map((reader) => reader.until(eventCount)));

    const history = createHistory();
    for (const { name, seqs } of readers) for (const seq of seqs) history.seen(name, String(seq));
    const { details, ...counts } = check(history, upTo(eventCount).map(String));
    report(
      'clock jumps',
      { tried: eventCount + 2 * jumps, injected: jumps, ...counts, failed: failures.length },
      { seconds: (performance.now() - startedAt) / 1_000 },
    );
    assert.deepEqual([...details, ...failures], []);
  },
);
