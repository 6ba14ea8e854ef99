import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';
import { createKey, signUp } from '../harness/people.ts';
import { blob, bytesOf, scene } from '../inference/pictures.ts';
import { isLong, report } from '../ledger/report.ts';
import { createServerProcess } from './server-process.ts';
import { createSidecarProcess } from './sidecar-process.ts';
import { startUsageProxy } from './usage-proxy.ts';

// The first of the faults; `test/ledger/kill-between-steps.test.ts` has every single step, and the long form all and more chance.
const cycles = isLong ? 40 : 3;
const clientCount = 4;
const patient = { timeout: 600_000 };

type Counts = {
  /** Answered from a run of the model: each is to be paid for. */
  answered: number;
  /** Answered from memory: free. */
  cached: number;
  /** Refused: free. */
  refused: number;
  /**
   * Sent, and no answer ever reached the caller, because the sidecar was killed under it: a few for each kill.
   * It was recorded if it had been done, and is then paid for once; no answered call is ever among them.
   */
  cutOff: number;
};

type Mortal = { kill(): Promise<void>; start(): Promise<void> };

const zero = (): Counts => ({ answered: 0, cached: 0, refused: 0, cutOff: 0 });

test(
  `server and sidecar killed by turns, ${cycles} times: every answered call is recorded once, and nothing else is`,
  patient,
  async (t) => {
    await using database = await createTestDatabase();
    await using server = await createServerProcess({ DATABASE_URL: database.url });
    await using proxy = await startUsageProxy(() => server.url);
    await using sidecar = await createSidecarProcess({ SERVER_URL: proxy.url });
    await using connection = await connect(database.url);
    await Promise.all([server.start(), sidecar.start()]);
    await connection.query('update "PlanVersion" set "inferencePerMinute" = null, "inferencePerMinuteKey" = null');
    const { secret } = await createKey(server, await signUp(server), ['INFER']);
    t.after(() => t.diagnostic([server.log(), sidecar.log()].join('\n').slice(-3_000)));

    let pictureNumber = 0;
    const total = zero();
    let crashesInjected = 0;
    const recorded = async () => Number((await connection.query('select count(*) from "UsageRecord"')).rows[0].count);
    const post = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`${sidecar.url}/predict`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'image/png' },
      });

    async function send(body: Uint8Array<ArrayBuffer>, counts: Counts): Promise<void> {
      try {
        const response = await post(body);
        await response.arrayBuffer();
        if (response.status !== 200) counts.refused++;
        else if (response.headers.get('x-cache') === 'hit') counts.cached++;
        else counts.answered++;
      } catch (error) {
        if (isNobodyThere(error as Error)) counts.refused++;
        else counts.cutOff++;
        await delay(20);
      }
    }

    /** New pictures, the same ones again, and what is none, until it is told to stop. */
    async function work(counts: Counts, over: AbortSignal): Promise<void> {
      while (!over.aborted) {
        const picture = await pictureOf((pictureNumber += 1));
        await send(picture, counts);
        if (pictureNumber % 5 === 0) await send(picture, counts);
        if (pictureNumber % 7 === 0) await send(new Uint8Array([1, 2, 3]), counts);
      }
    }

    /** Waits until everything that was written down has reached the server. */
    async function settle(): Promise<void> {
      const deadline = AbortSignal.timeout(60_000);
      for (;;) {
        const metrics = await (await fetch(`${sidecar.url}/metrics`)).text();
        if (/usage_spool_bytes 0\n/.test(metrics)) return;
        if (deadline.aborted) throw new Error('Usage did not arrive.');
        await delay(50);
      }
    }

    /** Kills at a moment of chance. */
    async function soon({ kill }: Mortal): Promise<void> {
      await delay(100 + Math.random() * 700);
      await kill();
    }
    const unconfirmed = ({ kill }: Mortal) => proxy.whenRecorded(kill);
    const faults: { name: string; victims: Mortal[]; strike(victim: Mortal): Promise<void> }[] = [
      { name: 'server after recording, before confirming', victims: [server], strike: unconfirmed },
      { name: 'sidecar before it is confirmed', victims: [sidecar], strike: unconfirmed },
      { name: 'both at any moment', victims: [server, sidecar], strike: soon },
      { name: 'server at any moment', victims: [server], strike: soon },
      { name: 'sidecar at any moment', victims: [sidecar], strike: soon },
    ];

    for (let cycle = 0; cycle < cycles; cycle++) {
      const { name, victims, strike } = faults[cycle % faults.length] ?? assert.fail();
      const before = await recorded();
      const counts = zero();
      const over = new AbortController();
      const working = Array.from({ length: clientCount }, () => work(counts, over.signal));
      try {
        await Promise.all(victims.map(strike));
        crashesInjected += victims.length;
        // Answered while the server is away, too, for as long as keys are remembered.
        await delay(100);
        await Promise.all(victims.map(({ start }) => start()));
      } finally {
        over.abort();
        await Promise.all(working);
      }
      await settle();

      const added = (await recorded()) - before;
      const story = `${name}: ${added} recorded, ${JSON.stringify(counts)}`;
      assert.ok(added >= counts.answered, `A call was lost. ${story}`);
      assert.ok(added <= counts.answered + counts.cutOff, `More was recorded than was done. ${story}`);
      if (name.startsWith('server')) assert.deepEqual([counts.cutOff, added], [0, counts.answered], story);
      // Each client waits for one answer at a time; a dying system may take one more connection without a word.
      assert.ok(counts.cutOff <= 2 * clientCount, `Too much was cut off to say anything. ${story}`);
      for (const key of ['answered', 'cached', 'refused', 'cutOff'] as const) total[key] += counts[key];
      t.diagnostic(story);
    }
    const rows = await recorded();
    report('server and sidecar killed under load', {
      // Of calls whose answer was cut off those that were done: neither more nor fewer can be told from outside.
      acts: Math.min(Math.max(rows, total.answered), total.answered + total.cutOff),
      rows,
      duplicatesOffered: proxy.unconfirmed(),
      crashesInjected,
      difference: Math.max(0, total.answered - rows, rows - total.answered - total.cutOff),
    });
    assert.ok(total.answered > cycles * 10 && total.cached > 0 && total.refused > 0, JSON.stringify(total));
    assert.ok(proxy.unconfirmed() > 0, 'nothing was ever sent twice');
    t.diagnostic(`${JSON.stringify(total)}, ${proxy.unconfirmed()} confirmations lost`);
  },
);

/** The request was never sent. */
const isNobodyThere = ({ cause }: Error) => cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';

/** Small, and another one for each number. */
const pictureOf = (n: number) =>
  bytesOf(scene([blob('red', n % 90, Math.floor(n / 90) % 60, 30, 20)], { width: 120, height: 90 }).png());

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    query: (text: string) => client.query(text),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
