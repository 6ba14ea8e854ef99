import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOrganizationClock } from './organization-clock.ts';
import { continueIn, withOrganization } from './tenancy.ts';

const day = 86_400_000;
const now = new Date('2027-06-01T12:00:00Z');

async function startClock(clocks: { id: string; clockOffsetMs: string }[]) {
  const heard: ((message: string) => void)[] = [];
  const clock = await startOrganizationClock({
    clock: { now: () => now },
    pool: { query: async <Row>() => ({ rows: clocks as Row[], rowCount: clocks.length }) },
    bus: {
      subscribe: async (channel, onMessage) => {
        assert.equal(channel, 'clock.moved');
        heard.push(onMessage);
        return async () => {};
      },
    },
    log: { warn: (problem: unknown) => assert.fail(String(problem)) },
    pollMs: 60_000,
  });
  return { clock, tell: () => heard.forEach((hear) => hear('{}')) };
}

test('a sandbox has its own time, and nobody else has it', async () => {
  const { clock } = await startClock([{ id: 'sandbox', clockOffsetMs: String(30 * day) }]);
  await using _ = clock;
  assert.deepEqual(clock.now(), now);
  withOrganization('live', () => assert.deepEqual(clock.now(), now));
  withOrganization('sandbox', () => {
    assert.equal(clock.now().getTime() - now.getTime(), 30 * day);
    assert.deepEqual(clock.nowOf('live'), now);
  });
  assert.equal(clock.nowOf('sandbox').getTime() - now.getTime(), 30 * day);
});

test('what was read with the viewer may be newer than what the process heard, or older: time never goes back', async () => {
  const { clock } = await startClock([{ id: 'sandbox', clockOffsetMs: String(day) }]);
  await using _ = clock;
  const work = () => clock.now().getTime() - now.getTime();
  assert.equal(withOrganization('sandbox', work, 2 * day), 2 * day);
  assert.equal(
    withOrganization('sandbox', () => clock.nowOf('sandbox').getTime() - now.getTime(), 2 * day),
    2 * day,
  );
  assert.equal(withOrganization('sandbox', work, 0), day);
  withOrganization(
    'sandbox',
    () => {
      continueIn('live');
      assert.equal(work(), 0);
      continueIn('sandbox');
      assert.equal(work(), day);
    },
    2 * day,
  );
});

test('a clock that is moved elsewhere is heard of', async () => {
  const clocks = [{ id: 'sandbox', clockOffsetMs: '0' }];
  const { clock, tell } = await startClock(clocks);
  await using _ = clock;
  clocks[0]!.clockOffsetMs = String(day);
  tell();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(clock.nowOf('sandbox').getTime() - now.getTime(), day);
});
