import type { Sql } from '../../transaction.ts';
import type { Entitlements } from './entitlements.ts';
import { storedBytes } from './stored-bytes.ts';

export type StorageRoom = ReturnType<typeof createStorageRoom>;
type Deps = { pool: Sql; entitlements: Entitlements; keepMs?: number; organizationsMax?: number };

/**
 * Whether what sessions keep still fits. Counting all files for each picture would cost more than the picture: the sum is
 * remembered for `keepMs` and added to, so that processes may keep as much too many as they store in that time. Uploads,
 * which may be large, are counted exactly, in the transaction that announces them.
 */
export function createStorageRoom({ pool, entitlements, keepMs = 5_000, organizationsMax = 10_000 }: Deps) {
  const known = new Map<string, { bytes: Promise<bigint>; added: bigint; staleAt: number }>();

  function storedBy(organizationId: string) {
    const now = performance.now();
    const found = known.get(organizationId);
    if (found && found.staleAt > now) return found;
    const bytes = storedBytes(pool, organizationId);
    const entry = { bytes, added: 0n, staleAt: now + keepMs };
    bytes.catch(() => known.get(organizationId) === entry && known.delete(organizationId));
    known.delete(organizationId);
    known.set(organizationId, entry);
    if (known.size > organizationsMax) known.delete(known.keys().next().value ?? '');
    return entry;
  }

  return {
    /** Counts so many bytes if they fit, and gives what counts them no more, to be called once; null if they do not fit. */
    async take(organizationId: string, byteSize: number): Promise<(() => void) | null> {
      const limits = await entitlements.of(organizationId);
      if (!limits) return null;
      const stored = storedBy(organizationId);
      const bytes = await stored.bytes;
      const size = BigInt(byteSize);
      if (bytes + stored.added + size > BigInt(limits.maxStoredBytes)) return null;
      stored.added += size;
      // A sum that was counted anew since knows by itself.
      return () => void (stored.added -= size);
    },
  };
}
