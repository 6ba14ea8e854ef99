import { createHash } from 'node:crypto';

/** An entry as the database has it; bytes as hex, numbers as decimal text. */
export type ChainEntry = {
  chainId: string;
  seq: string;
  id: string;
  organizationId: string | null;
  actorUserId: string | null;
  actorApiKeyId: string | null;
  action: string;
  targetType: string | null;
  targetId: string | null;
  requestId: string;
  /** ISO 8601 with milliseconds, UTC. */
  at: string;
  beforeHash: string | null;
  afterHash: string | null;
  previousHash: string;
  hash: string;
};

/** Where a chain, or the part of it that is looked at, begins: number and hash of what comes right before. */
export type ChainStart = { seq: bigint; hash: string };

export type ChainBreak = { seq: string; id: string | null; reason: string };

/** What the first entry of all follows. */
export const chainBeginning: ChainStart = { seq: 0n, hash: '00'.repeat(32) };

/** The chain of what no organization did. */
export const nobodysChain = '00000000-0000-0000-0000-000000000000';

/** SHA-256 as the database computes it in `audit_entry_hash`: of the hash before and each value with its length. */
export function entryHash(entry: ChainEntry): string {
  const { previousHash, chainId, seq, id, organizationId, actorUserId, actorApiKeyId } = entry;
  const { action, targetType, targetId, requestId, at, beforeHash, afterHash } = entry;
  const who = [chainId, seq, id, organizationId, actorUserId, actorApiKeyId];
  const what = [action, targetType, targetId, requestId, at, beforeHash, afterHash];
  const text = [...who, ...what].map(field).join(',');
  return createHash('sha256').update(Buffer.from(previousHash, 'hex')).update(text).digest('hex');
}

const field = (value: string | null) => (value === null ? '-' : `${Buffer.byteLength(value)}:${value}`);

/** Checks entries one by one, in their order. Null is good; otherwise what is wrong with the first that is not. */
export function createChainCheck(chainId: string, start: ChainStart) {
  let last = start;
  return {
    check(entry: ChainEntry): ChainBreak | null {
      const broken = (reason: string): ChainBreak => ({ seq: entry.seq, id: entry.id, reason });
      const seq = BigInt(entry.seq);
      if (seq !== last.seq + 1n) return broken(`number ${last.seq + 1n} is missing`);
      if (entry.chainId !== chainId || (entry.organizationId ?? nobodysChain) !== chainId) {
        return broken('it was moved here from another chain');
      }
      if (entry.previousHash !== last.hash) return broken('it does not follow the one before');
      if (entryHash(entry) !== entry.hash) return broken('it was changed');
      last = { seq, hash: entry.hash };
      return null;
    },
    /** Whether the entries so far are all there should be. */
    checkEnd(end: ChainStart): ChainBreak | null {
      if (last.seq === end.seq && last.hash === end.hash) return null;
      const seq = String(last.seq + 1n);
      return { seq, id: null, reason: last.seq < end.seq ? `it is missing, and all after it` : 'the end was changed' };
    },
    get last() {
      return last;
    },
  };
}
