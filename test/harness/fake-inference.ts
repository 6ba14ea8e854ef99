import type { Inference, RunMessage, RunSpec, TrackChange } from '@sightline/server/ports';

/** One run a test drives by hand. */
export type FakeRun = {
  readonly spec: RunSpec;
  readonly signal: AbortSignal;
  send(...messages: RunMessage[]): void;
  /** Breaks the connection, as a killed sidecar does. */
  breakOff(): void;
};

/** The sidecar's side of the port. `nextRun` resolves, in order, with every run the server asks for. */
export function createFakeInference() {
  const started = createQueue<FakeRun>();
  const inference: Inference = {
    async *run(spec, signal) {
      const messages = createQueue<RunMessage | Error>();
      const abort = () => messages.push(new Error('aborted'));
      // It may have been aborted while the run was prepared, as it is when a server stops just then.
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      started.push({
        spec,
        signal,
        send: (...batch) => batch.forEach(messages.push),
        breakOff: () => messages.push(new Error('connection reset')),
      });
      for (;;) {
        const message = await messages.next();
        if (message instanceof Error) throw message;
        yield message;
        if (message.type === 'ended' || message.type === 'failed') return;
      }
    },
    check: async () => {},
  };
  return { inference, nextRun: started.next };
}

/** An unbounded queue: tests are finite. */
function createQueue<T>() {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    push(item: T): void {
      const taker = waiting.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    next(): Promise<T> {
      const [item] = items.splice(0, 1);
      return item === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(item);
    },
  };
}

export const opened: RunMessage = {
  type: 'opened',
  framesTotal: 3,
  model: { name: 'fake', version: '1', digest: 'sha256:00' },
};

/** A smallest possible JPEG's first bytes are enough where nobody decodes. */
export const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

/** A frame of 100 × 100 pixels in which these tracks changed. */
export function frame(index: number, tracks: Partial<TrackChange>[] = [], nextTrackNumber = 100): RunMessage {
  return {
    type: 'frame',
    index,
    timestampMs: index * 1_000,
    width: 100,
    height: 100,
    tracks: tracks.map((track) => ({
      trackNumber: 1,
      change: 'entered',
      label: 'person',
      confidence: 0.9,
      box: { x: 10, y: 20, width: 30, height: 40 },
      ...track,
    })),
    nextTrackNumber,
    snapshot: tracks.length > 0 ? jpeg : null,
  };
}
