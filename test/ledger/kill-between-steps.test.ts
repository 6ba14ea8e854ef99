import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTestDatabase, query } from '../harness/database.ts';
import { rollupDifferences } from './ledger-sums.ts';
import { startMortal } from './mortal.ts';
import { isLong, report } from './report.ts';

/*
 * Sidecar and server in processes of their own, which end themselves by SIGKILL at a given step: before or after anything
 * that either does to its disk, the network or the database. Between them stands this test, which keeps what passes and tells
 * it again, in other orders and at the same time. In the end the ledger has each answered call once and nothing that nobody
 * asked for, whatever happened on the way.
 */

type Round = {
  calls: number;
  sidecarKillAt: number;
  serverKillAt: number;
  /** How often what passed before is told again meanwhile, shuffled by the seed. */
  duplicates: number;
  seed: number;
};

type Passed = { id: string };

const serverProgram = new URL('./stepping-server.ts', import.meta.url);
const sidecarProgram = new URL('./stepping-sidecar.ts', import.meta.url);

/** A server that starts again wherever it died, and whoever listens to it. */
async function startWorld(databaseUrl: string) {
  let server = startMortal(serverProgram, [], { DATABASE_URL: databaseUrl }, 0);
  let target = await server.first;
  let crashes = 0;
  const passed = new Map<string, Passed>();

  async function restart(killAt: number): Promise<void> {
    server.end();
    if (await server.gone) crashes += 1;
    server = startMortal(serverProgram, [], { DATABASE_URL: databaseUrl }, killAt);
    target = await server.first;
  }
  async function post(body: string): Promise<Response | null> {
    return fetch(`${target}/internal/usage`, { method: 'POST', body }).catch(() => null);
  }
  const proxy = createServer((request, response) => {
    const pass = async () => {
      const body = await text(request);
      for (const record of (JSON.parse(body) as { records: Passed[] }).records) passed.set(record.id, record);
      const answer = await post(body);
      if (!answer) {
        await restart(0);
        return void response.writeHead(503).end();
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    restart,
    /** Tells some of what passed once more, in another order. Gives how many records it told. */
    async tellAgain(seed: number): Promise<number> {
      const records = [...passed.values()].toSorted((a, b) => order(a.id, seed) - order(b.id, seed)).slice(0, 50);
      if (records.length === 0 || !(await post(JSON.stringify({ records })))?.ok) return 0;
      return records.length;
    },
    crashes: () => crashes,
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      server.end();
      await server.gone;
    },
  };
}

/** As good as chance, and the same again for the same seed. */
const order = (id: string, seed: number) => Math.imul(Number.parseInt(id.slice(-8), 16) ^ seed, 0x9e3779b1);

/** Files of records that nobody has taken yet. */
async function segmentsLeft(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name.endsWith('.ndjson')).length;
}

async function live(rounds: readonly Round[]) {
  await using held = new AsyncDisposableStack();
  const { url: databaseUrl } = held.use(await createTestDatabase());
  const directory = await mkdtemp(join(tmpdir(), 'sightline-steps-'));
  held.defer(() => rm(directory, { recursive: true, force: true }));
  const [organization] = await query(
    databaseUrl,
    `insert into "Organization" ("id", "name") values (gen_random_uuid(), 'o') returning "id"`,
  );
  const organizationId = String(organization?.['id']);
  const world = held.use(await startWorld(databaseUrl));
  const [begun, answered] = [new Set<string>(), new Set<string>()];
  let [next, crashes, duplicates] = [0, 0, 0];

  async function round({ calls, sidecarKillAt, ...more }: Round): Promise<void> {
    if (more.serverKillAt > 0) await world.restart(more.serverKillAt);
    const args = [directory, world.url, organizationId, String(next), String(next + calls)];
    next += calls;
    const sidecar = startMortal(sidecarProgram, args, {}, sidecarKillAt);
    for (let again = 0; again < more.duplicates; again++) duplicates += await world.tellAgain(more.seed + again);
    if (await sidecar.gone) crashes += 1;
    else assert.ok(sidecar.lines.at(-1)?.startsWith('done'), 'the sidecar ended by itself');
    for (const line of sidecar.lines) {
      const [word, number = ''] = line.split(' ');
      if (word === 'begun') begun.add(`act-${number}`);
      if (word === 'answered') answered.add(`act-${number}`);
    }
  }
  for (const each of rounds) await round(each);
  // What is left on the disk is taken up by whoever comes next, once both stay alive. At its end a sidecar waits a second
  // for the server, which may be too short on a busy machine: then the next one goes on.
  await world.restart(0);
  const settling = { sidecarKillAt: 0, serverKillAt: 0, duplicates: 1, seed: 7 };
  await round({ ...settling, calls: 1 });
  for (let tries = 0; (await segmentsLeft(directory)) > 0; tries += 1) {
    assert.ok(tries < 30, 'usage does not arrive');
    await round({ ...settling, calls: 0 });
  }

  const rows = (await query(
    databaseUrl,
    `select "model", count(*)::int as "rows", min("count") as "units" from "UsageRecord" group by 1`,
  )) as { model: string; rows: number; units: number }[];
  const recorded = new Set(rows.map(({ model }) => model));
  const wrong = rows.filter((row) => row.rows !== 1 || row.units !== 1 + (Number(row.model.slice(4)) % 5));
  const acts = new Set([...answered, ...[...begun].filter((act) => recorded.has(act))]);
  const difference =
    [...acts].filter((act) => !recorded.has(act)).length +
    [...recorded].filter((act) => !begun.has(act)).length +
    wrong.length +
    (await rollupDifferences(databaseUrl));
  const counts = {
    acts: acts.size,
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    duplicatesOffered: duplicates,
    crashesInjected: crashes + world.crashes(),
    difference,
  };
  return counts;
}

test('sidecar and server killed at each step of their work: every answered call is recorded once', async (t) => {
  // What a sidecar does for two calls has a dozen steps, more where it also sends what was left; and so has a server's part.
  const [sidecarSteps, serverSteps] = [18, 12];
  const round = (sidecarKillAt: number, serverKillAt: number): Round => ({
    ...{ calls: 2, duplicates: 1, seed: sidecarKillAt * 100 + serverKillAt },
    ...{ sidecarKillAt, serverKillAt },
  });
  const rounds = [
    ...Array.from({ length: sidecarSteps }, (_, index) => round(index + 1, 0)),
    ...Array.from({ length: serverSteps }, (_, index) => round(0, index + 1)),
    ...(isLong ? Array.from({ length: 60 }, (_, index) => round(1 + (index % 12), 1 + (index % 11))) : []),
  ];
  const counts = await live(rounds);
  report('killed at each step', counts);
  t.diagnostic(JSON.stringify(counts));
  assert.equal(counts.difference, 0);
  assert.equal(counts.rows, counts.acts);
  assert.ok(counts.crashesInjected >= 20, 'hardly anybody was killed');
});

test('retries, duplicates, other orders and kills of chance: the ledger is what was done', async (t) => {
  const anyRound = fc.record({
    calls: fc.integer({ min: 1, max: 9 }),
    sidecarKillAt: fc.integer({ min: 0, max: 40 }),
    serverKillAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
    duplicates: fc.integer({ min: 0, max: 4 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyRound, { minLength: 3, maxLength: isLong ? 20 : 5 }), async (rounds) => {
      const counts = await live(rounds);
      report('killed at steps of chance', counts);
      t.diagnostic(JSON.stringify(counts));
      assert.deepEqual([counts.difference, counts.rows], [0, counts.acts]);
    }),
    // A smaller example would take as long again to find; the seed says how to see it once more.
    { numRuns: isLong ? 25 : 2, endOnFailure: true },
  );
});
