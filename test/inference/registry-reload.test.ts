import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ask,
  constantOnnx,
  createModelsFolder,
  createRegistry,
  reasonOf,
  statesOf,
  withCode,
} from './registry-folder.ts';

const reloads = 100;
/** Loaded once and for all by then: code, pools, arenas of the runtime. */
const warmReloads = 20;
const growthBytesMax = 50 * 1024 * 1024;
const clientCount = 4;

test('a model is replaced 100 times under load: no answer is lost or half, bad files are refused, memory stays', async (t) => {
  await using folder = await createModelsFolder();
  const weights = [constantOnnx(1), constantOnnx(2)] as const;
  await folder.write('main', { versions: { 1: weights[0] } });
  await using registry = createRegistry(folder);
  await registry.ready;

  let isOver = false;
  let answerCount = 0;
  const odd: unknown[] = [];
  const clients = Array.from({ length: clientCount }, async () => {
    while (!isOver) {
      try {
        const answer = await ask(registry, 'main');
        answerCount++;
        if (answer !== 1 && answer !== 2) odd.push(answer);
      } catch (error) {
        odd.push(error);
      }
      // Without a pause, the garbage of requests makes the heap's reserve grow, which is not what is measured here.
      await setTimeout(1);
    }
  });

  let rssWarm = 0;
  for (let reload = 1; reload <= reloads; reload++) {
    const value = (reload % 2) + 1;
    if (reload % 10 === 0) {
      // Half of a copy, as a load in the middle of `cp` finds it.
      const path = folder.path('main', '1', 'model.onnx');
      const before = await ask(registry, 'main');
      await writeFile(path, (await readFile(path)).subarray(0, 40));
      await assert.rejects(registry.load('main'), withCode('MODEL_INVALID', /damaged/));
      assert.deepEqual(statesOf(registry, 'main'), ['1 READY']);
      assert.match(reasonOf(registry, 'main', '1'), /damaged/);
      assert.equal(await ask(registry, 'main'), before, 'the old one goes on');
    }
    await folder.write('main', { versions: { 1: weights[value - 1] as Uint8Array } });
    await registry.load('main');
    assert.equal(await ask(registry, 'main'), value, 'whoever comes after the load gets the new one');
    if (reload === warmReloads) rssWarm = rss();
  }
  isOver = true;
  await Promise.all(clients);

  const grownBytes = rss() - rssWarm;
  t.diagnostic(
    `${answerCount} answers, ${Math.round(grownBytes / 1024 / 1024)} MB more than after ${warmReloads} reloads`,
  );
  assert.deepEqual(odd, []);
  assert.ok(answerCount > reloads, `${answerCount} answers`);
  assert.ok(grownBytes < growthBytesMax, `${grownBytes} bytes`);
  assert.equal(reasonOf(registry, 'main', '1'), '', 'nothing is wrong any more');
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of what is still in use. */
function rss(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}
