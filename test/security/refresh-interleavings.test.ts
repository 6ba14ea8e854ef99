import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movableClock } from '../harness/movable-clock.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { openSignIn, refresh, worksAs } from '../api/tokens/tokens.ts';
import { isLong, report } from './report.ts';

/** A small generator of one's own, so that a failure can be run again by its seed. */
function randomOf(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Held = { refreshToken: string; token: string; at: number };

/**
 * The rules once more, from the outside: tokens by number, when the current one was made, and whether anybody used what
 * came with it.
 */
function createModel(first: Held) {
  const all: Held[] = [first];
  let [rotatedAt, isUsed, isDead] = [first.at, false, false];
  return {
    all,
    get isDead() {
      return isDead;
    },
    expected(number: number, now: number): 'next' | 'current' | 'reused' | 'invalid' {
      if (isDead) return 'invalid';
      if (number === all.length - 1) return 'next';
      return number === all.length - 2 && (now - rotatedAt <= 10_000 || !isUsed) ? 'current' : 'reused';
    },
    rotated: (held: Held) => {
      all.push(held);
      [rotatedAt, isUsed] = [held.at, false];
    },
    used: (number: number) => {
      if (number === all.length - 1) isUsed = true;
    },
    died: () => (isDead = true),
  };
}

test('whatever order tokens come back in, a copied one never outlives its discovery, and nobody else is signed out', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const count = isLong ? 1_000 : 40;
  const seed = Number(process.env['SECURITY_SEED'] ?? 20_261_121);
  const random = randomOf(seed);
  const { email } = await signUp(server);
  const counts = { tried: 0, survivors: 0, signedOut: 0, differences: 0 };
  const differences: string[] = [];

  for (let run = 0; run < count; run += 1) {
    const opened = await openSignIn(server, email);
    const model = createModel({ ...opened, at: clock.now().getTime() });
    const steps: string[] = [];
    for (let step = 0; step < 3 + random(6); step += 1) {
      const kind = random(4);
      if (kind === 0) {
        clock.advance({ ms: [1, 5_000, 10_000, 10_001, 60_000][random(5)]! });
        continue;
      }
      const number = Math.max(0, model.all.length - 1 - random(kind === 1 ? 1 : 3));
      const held = model.all[number]!;
      const now = clock.now().getTime();
      if (kind === 2) {
        const isOver = now - held.at >= 3_600_000;
        const works = (await worksAs(server, held.token)) !== null;
        steps.push(`use ${number}: ${works}`);
        if (model.isDead && works) counts.survivors += 1;
        if (!model.isDead && !works && !isOver) counts.signedOut += 1;
        if (works) model.used(number);
        continue;
      }
      const expected = model.expected(number, now);
      const answer = await refresh(server, held.refreshToken);
      steps.push(`refresh ${number}: ${answer.code ?? 'tokens'}, ${expected} expected`);
      const current = model.all.at(-1)!;
      const isAsExpected = {
        next: answer.code === undefined && !model.all.some(({ refreshToken }) => refreshToken === answer.refreshToken),
        current: answer.refreshToken === current.refreshToken,
        reused: answer.code === 'REFRESH_TOKEN_REUSED',
        invalid: answer.code === 'REFRESH_TOKEN_INVALID',
      }[expected];
      if (!isAsExpected) differences.push(`run ${run}: ${steps.join('; ')}`);
      if (expected === 'next') model.rotated({ ...answer, at: now });
      if (expected === 'reused') model.died();
    }
    counts.tried += 1;
  }
  counts.differences = differences.length;
  report('interleavings of refresh tokens', counts, { seed });
  assert.deepEqual(differences, []);
  assert.deepEqual({ ...counts, tried: 0 }, { tried: 0, survivors: 0, signedOut: 0, differences: 0 });
});
