import type { Clock, ObjectStorage } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import { unnamedFilesSql } from './retention.queries.ts';

type Deps = { pool: Sql; storage: Pick<ObjectStorage, 'list' | 'delete'>; /** Ours. */ clock: Clock };

/** Where files lie that a row is to name, in the order of their names. Archives are not among them: theirs are written again. */
const folders = ['exports/', 'snapshots/', 'uploads/'] as const;
/** Younger ones may be of somebody who is about to name them. */
const youngMs = 86_400_000;
const atOnce = 500;

/**
 * Files whose rows never came: bytes are stored before rows, and who stored them may have been killed in between. What is
 * older than a day, and of no session or request that is still at work, is removed.
 */
export function createLeftFiles({ pool, storage, clock }: Deps) {
  return {
    /** Looks at `most` files or a few more, after this name. The name to go on after; null when these were the last. */
    async sweep(after: string | undefined, most = 10_000): Promise<string | null> {
      const old = clock.now().getTime() - youngMs;
      let looked = 0;
      let last = after;
      for (const folder of folders) {
        if (last !== undefined && last > folder && !last.startsWith(folder)) continue;
        for (;;) {
          if (looked >= most) return last ?? null;
          const files = await storage.list(folder, {
            after: last?.startsWith(folder) ? last : undefined,
            most: atOnce,
          });
          if (files.length === 0) break;
          const keys = files.filter(({ storedAt }) => storedAt.getTime() < old).map(({ key }) => key);
          const { rows } = await pool.query<{ key: string }>({ ...unnamedFilesSql, values: [keys] });
          for (const { key } of rows) await storage.delete(key);
          looked += files.length;
          last = files.at(-1)?.key;
        }
      }
      return null;
    },
  };
}
