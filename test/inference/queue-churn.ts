import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort } from 'node:worker_threads';
import { createJobQueue } from '@sightline/inference/engine/job-queue';
import { createBodyBudget } from '@sightline/inference/http/body-budget';
import { createBodyMemory } from '@sightline/inference/http/oip/body-memory';

/*
 * What a request goes through beside its network, again and again, on a thread of its own: a test runner that watches every promise
 * makes garbage of its own kind. Says how much the largest of old space was above that of the start, in bytes.
 */

export type Churned = { grownBytes: number };

const requestCount = 300_000;
const options = { tenant: 'a', weight: 1, priority: 'interactive', timeoutMs: 60_000 } as const;
const task = { kind: 'tensors', inputs: {}, outputs: null } as const;
const answer = {
  ...{ queueMs: 0, preprocessMs: 0, modelMs: 0, postprocessMs: 0, batchSize: 1 },
  result: { kind: 'tensors', outputs: {} },
} as const;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const queue = createJobQueue({ sizeMax: 8, policy: 'drop-latest', onDrop() {}, onWaiting() {} });
const budget = createBodyBudget({ bytesMax: 1_000_000, bodyBytesMax: 1_000_000, stallMsMax: 1_000 });
const memory = createBodyMemory((bytes) => new ArrayBuffer(bytes), 1_000_000);

function begin(): () => Promise<void> {
  const release = budget.hold('a', 100);
  const buffer = memory.take(100);
  const reserved = queue.reserve(options);
  const done = queue.push({ task, shapeKey: null, rows: 1 }, options);
  const [job] = queue.take(1);
  return async () => {
    job?.resolve(answer);
    await done;
    reserved[Symbol.dispose]();
    memory.give(buffer);
    release();
  };
}

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? Number.NaN;

for (let index = 0; index < 10_000; index += 1) await begin()();
// As in a server that has rested in the middle of a request: what it keeps is old, and what that request was kept in.
const end = begin();
collect();
collect();
await end();
const before = oldBytes();
let grownBytes = 0;
for (let index = 0; index < requestCount; index += 1) {
  await begin()();
  if (index % 1_000 === 0) grownBytes = Math.max(grownBytes, oldBytes() - before);
}
parentPort?.postMessage({ grownBytes } satisfies Churned, []);
