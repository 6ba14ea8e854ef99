import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import pg from 'pg';
import { createChainCheck } from '../domain/audit/audit-chain.ts';
import type { ChainBreak, ChainEntry } from '../domain/audit/audit-chain.ts';
import { verifyChains } from '../domain/audit/verify-chains.ts';
import type { ChainReport } from '../domain/audit/verify-chains.ts';
import { readId } from './ids.ts';

const help = `npm run audit -- verify

  verify                      recompute every chain of the audit log and name the first entry that is not as it was written
  verify --organization <id>  the chain of one organization
  verify --file <path>        an export (NDJSON) instead of the database

Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
Exit codes: 0 nothing was changed, 1 it could not be checked, 2 used wrongly, 3 something was changed.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, organization: { type: 'string' }, file: { type: 'string' } },
    });
    if (values.help) return say(help);
    const [command, ...rest] = positionals;
    if (command !== 'verify' || rest.length > 0) throw new UsageError('Say what to do: verify.');
    const organizationId = values.organization === undefined ? null : readId(values.organization, 'Organization');
    const reports = values.file ? [await verifyFile(values.file)] : await verifyDatabase(env, organizationId);
    for (const report of reports) say(lineOf(report));
    return reports.some(({ broken }) => broken) ? 3 : 0;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

async function verifyDatabase(env: NodeJS.ProcessEnv, organizationId: string | null): Promise<ChainReport[]> {
  await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
  const pool = new pg.Pool({ connectionString: target.url, max: 1, connectionTimeoutMillis: 10_000 });
  try {
    const reports = await verifyChains(pool, organizationId);
    if (organizationId !== null && reports.length === 0) throw new Error(`There is no audit log of ${organizationId}.`);
    return reports;
  } finally {
    await pool.end();
  }
}

/** An export begins where somebody asked it to: what came before is taken on trust, all after it is not. */
async function verifyFile(path: string): Promise<ChainReport> {
  let chainCheck: ReturnType<typeof createChainCheck> | undefined;
  let chainId = '';
  let count = 0;
  let broken: ChainBreak | null = null;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line === '' || broken) continue;
    const entry = JSON.parse(line) as ChainEntry;
    chainId ||= entry.chainId;
    chainCheck ??= createChainCheck(chainId, { seq: BigInt(entry.seq) - 1n, hash: entry.previousHash });
    broken = chainCheck.check(entry);
    if (!broken) count += 1;
  }
  if (!chainCheck) throw new Error(`${path} has no entries.`);
  return { chainId, count, broken };
}

function lineOf({ chainId, count, broken }: ChainReport): string {
  if (!broken) return `ok      ${chainId}  ${count} entries\n`;
  const { seq, id, reason } = broken;
  return `BROKEN  ${chainId}  entry ${seq}${id ? ` (${id})` : ''}: ${reason}. ${count} before it are as they were written.\n`;
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
