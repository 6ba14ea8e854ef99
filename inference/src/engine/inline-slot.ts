import type { BatchResult } from './engine-protocol.ts';
import type { EngineSlot } from './engine-slot.ts';
import type { Job } from './job.ts';
import type { Perform } from './perform.ts';

type Deps = {
  perform: Perform;
  release(): Promise<void>;
  onIdle(): void;
  onDone(jobs: readonly Job[], result: BatchResult): void;
};

/** Runs on the thread that it is made on. For networks that are done sooner than another thread would wake up. */
export function createInlineSlot({ perform, release, onIdle, onDone }: Deps): EngineSlot {
  let running: Promise<void> | null = null;
  let isClosed = false;

  async function runNow(jobs: readonly Job[]): Promise<void> {
    // `perform` never throws: what goes wrong is a result.
    const result = await perform(jobs.map(({ task }) => task));
    running = null;
    onDone(jobs, result);
    if (!isClosed) onIdle();
  }

  return {
    get isIdle() {
      return running === null && !isClosed;
    },
    get isReady() {
      return !isClosed;
    },
    run(jobs) {
      running = runNow(jobs);
    },
    async close() {
      isClosed = true;
      await running;
      await release();
    },
  };
}
