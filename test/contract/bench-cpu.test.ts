import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startChild } from '../../bench/lib/child.ts';
import { startCpuClock } from '../../bench/lib/process-cpu.ts';

const program = new URL('busy-program.ts', import.meta.url);
/** What the program uses, less the hundredths of a second that Linux rounds to. */
const burntUs = 280_000;

test('the time that a server spends in a process of its own counts as its time', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  await using child = startChild(program, ['parent'], process.env);
  await once(child.process, 'message');
  assert.ok((await (await startCpuClock(child.process))()) >= burntUs);
});

test('a process tells its own time where there is no /proc, and as much of it', async (t) => {
  await using child = startChild(program, ['alone'], process.env, { platform: 'darwin' });
  await once(child.process, 'message');
  const told = await (await startCpuClock(child.process, 'darwin'))();
  assert.ok(told >= burntUs);
  if (process.platform !== 'linux') return t.diagnostic('not compared with /proc');
  const read = await (await startCpuClock(child.process, 'linux'))();
  assert.ok(Math.abs(read - told) < 50_000, `${read} µs read, ${told} µs told`);
});
