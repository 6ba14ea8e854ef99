import { inTransaction } from '../../transaction.ts';
import type { Sql, SqlPool } from '../../transaction.ts';
import { chainBeginning, createChainCheck, nobodysChain } from './audit-chain.ts';
import type { ChainBreak, ChainEntry } from './audit-chain.ts';
import { chainEntriesSql, chainsSql } from './audit.queries.ts';

export type ChainReport = {
  chainId: string;
  /** Entries that were looked at. */
  count: number;
  /** The first entry that is not as it was written; null when all are. */
  broken: ChainBreak | null;
};

type Chain = {
  id: string;
  lastSeq: string | null;
  lastHash: string | null;
  prunedSeq: string;
  prunedHash: string | null;
  hasEntries: boolean;
  hasOrganization: boolean;
};

const pageSize = 2_000;

/** Recomputes the audit log's chains, all of them or one, in one snapshot of the database. */
export function verifyChains(pool: SqlPool, organizationId: string | null): Promise<ChainReport[]> {
  return inTransaction(pool, async (sql) => {
    await sql.query('set transaction isolation level repeatable read, read only');
    await sql.query('set local statement_timeout = 0');
    const { rows: chains } = await sql.query<Chain>({ ...chainsSql, values: [organizationId] });
    const reports: ChainReport[] = [];
    // A deleted organization takes its log with it, and only the end of the chain is left.
    const isGone = ({ id, hasEntries, hasOrganization }: Chain) =>
      !hasEntries && !hasOrganization && id !== nobodysChain;
    for (const chain of chains) if (!isGone(chain)) reports.push(await verifyChain(sql, chain));
    return reports;
  });
}

async function verifyChain(sql: Sql, chain: Chain): Promise<ChainReport> {
  const { id: chainId, prunedHash } = chain;
  const start = prunedHash === null ? chainBeginning : { seq: BigInt(chain.prunedSeq), hash: prunedHash };
  const chainCheck = createChainCheck(chainId, start);
  let count = 0;
  for (let after = -1n; ;) {
    const { rows } = await sql.query<ChainEntry>({ ...chainEntriesSql, values: [chainId, after, pageSize] });
    for (const entry of rows) {
      const broken = chainCheck.check(entry);
      if (broken) return { chainId, count, broken };
      count += 1;
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    after = BigInt(last.seq);
  }
  const end = { seq: BigInt(chain.lastSeq ?? 0), hash: chain.lastHash ?? chainBeginning.hash };
  return { chainId, count, broken: chainCheck.checkEnd(end) };
}
