import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createLogger } from '@sightline/inference/logger';
import { createMetrics } from '@sightline/inference/metrics';
import { startUsage } from '@sightline/inference/usage/usage';
import { createSteps, stepwise, tell } from './steps.ts';

/*
 * What a sidecar does with calls that are to be paid for, in a process to be killed: the real code of it, with a step
 * before and after all it does to the disk and the network. Says `begun` and `answered` of each call, and `done`.
 */
const step = createSteps();
// Who imported these by name has the new ones from here on.
for (const name of ['openSync', 'writeSync', 'renameSync', 'closeSync'] as const) {
  (fs[name] as unknown) = stepwise(step, fs[name] as (...args: unknown[]) => unknown);
}
for (const name of ['readFile', 'unlink'] as const) {
  (fs.promises[name] as unknown) = stepwise(step, fs.promises[name] as (...args: unknown[]) => unknown);
}
syncBuiltinESMExports();

const [directory = '', serverUrl = '', organizationId = '', first = '0', last = '0'] = process.argv.slice(2);
const usage = startUsage({
  ...{ dataDirectory: directory, spoolBytesMax: 2 ** 24, waitsForDisk: false, serverUrl, serviceToken: 'token' },
  fetch: stepwise(step, fetch),
  now: () => Date.now(),
  registry: createMetrics().registry,
  log: createLogger('silent'),
});
// Of a caller nothing else is written down.
const caller = { kind: 'organization', organizationId, apiKeyId: null } as Parameters<typeof usage.record>[0];
for (let number = Number(first); number < Number(last); number += 2) {
  // Two at a time share a write.
  const calls = [number, number + 1].filter((each) => each < Number(last));
  for (const each of calls) tell(`begun ${each}`);
  await Promise.all(
    calls.map(async (each) => {
      await usage.record(caller, { task: 'detection', model: `act-${each}`, cached: false, count: 1 + (each % 5) });
      tell(`answered ${each}`);
      step();
    }),
  );
}
await usage[Symbol.asyncDispose]();
tell(`done ${step.count()}`);
