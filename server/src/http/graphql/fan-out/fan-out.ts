import type { Company, Shareable } from '../../../shared-source.ts';
import { createGroup } from './group.ts';
import type { Group, Reader } from './group.ts';

export type FanOut = ReturnType<typeof createFanOut>;
type Deps = {
  windowMs: number;
  shardSize?: number;
  /** Told of every result that was made for all, and of how many frames were written of it. */
  metrics: { sharedResults: { inc(): void }; sharedFrames: { inc(count: number): void } };
};

/** Groups of readers who ask the same and may see the same. */
export function createFanOut({ windowMs, shardSize, metrics }: Deps) {
  const groups = new Map<string, Group>();

  return {
    get size() {
      return groups.size;
    },

    /** Lets a reader keep company with whoever has the same key, as soon as it is up to date. */
    share({ source, follow }: Shareable, askedKey: string, reader: Reader): void {
      const key = JSON.stringify([source.key, askedKey]);
      function open(): Group {
        const group = createGroup({
          source,
          windowMs,
          shardSize,
          onResult: () => metrics.sharedResults.inc(),
          onFrames: (count) => metrics.sharedFrames.inc(count),
          onEmpty: () => groups.get(key) === group && groups.delete(key),
        });
        groups.set(key, group);
        return group;
      }
      const company: Company = {
        get position() {
          return groups.get(key)?.position ?? source.position;
        },
        async join(cursor, signal) {
          const group = groups.get(key) ?? open();
          if (cursor < group.position) return cursor;
          const reached = await group.join(reader, cursor, signal);
          if (!signal.aborted) await reader.sink.drained();
          return reached;
        },
      };
      follow(company);
    },
  };
}
