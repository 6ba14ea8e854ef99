import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngineSlot } from '@sightline/inference/engine/engine-slot';
import { createLogger } from '@sightline/inference/logger';
import type { ModelConfig } from '@sightline/inference/models/model-config';

const entry = new URL('silent-engine.ts', import.meta.url);

for (const isolation of ['threads', 'processes'] as const) {
  test(`an engine of ${isolation} that is never ready is given up, with why`, async () => {
    const lost = Promise.withResolvers<string>();
    const slot = createEngineSlot({
      isolation,
      entries: { thread: entry, process: entry },
      setup: {
        ...{ modelPath: 'nowhere.onnx', config: {} as ModelConfig, intraThreads: 1, isSpinning: false },
        ...{ providers: ['cpu'], delayMs: 0, isMeasured: true },
      },
      log: createLogger('silent'),
      onReady: () => assert.fail('It says nothing.'),
      onIdle: () => assert.fail('It is never idle.'),
      onDone: () => assert.fail('It does nothing.'),
      onRefused: () => assert.fail('It refuses nothing.'),
      onLost: (_jobs, reason) => lost.resolve(reason),
      startMsMax: 500,
    });
    try {
      assert.equal(await lost.promise, 'it was not ready within 0.5 s');
      assert.equal(slot.isReady, false);
    } finally {
      await slot.close();
    }
  });
}
