import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import { openDatabase } from '@sightline/db/database';
import { createAuditLog } from '../domain/audit/audit-log.ts';
import { createJobsService } from '../domain/queue/jobs.service.ts';
import { openPgBossQueue } from '../infra/pg-boss-queue.ts';
import { systemClock } from '../infra/system-clock.ts';
import type { Job, JobState } from '../ports/job-queue.ts';

const help = `npm run jobs -- list [--state <state>] [--name <name>] [--first <count>]
npm run jobs -- dead [--name <name>] [--first <count>]
npm run jobs -- retry <id> [<id> …] | --all
npm run jobs -- cancel <id> [<id> …]

  list    jobs, newest first; states: waiting, retrying, active, done, canceled, failed
  dead    what failed for good and nobody has looked after yet, and why
  retry   has what failed for good, or was canceled, tried anew; --all: every dead letter
  cancel  has nobody do it any more; one that runs is told to stop, a dead letter is put away

Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
`;

const jobStates: readonly JobState[] = ['WAITING', 'RETRYING', 'ACTIVE', 'DONE', 'CANCELED', 'FAILED'];
const defaultFirst = 50;
const firstMax = 1_000;
const silent = { warn: () => {} };

process.exitCode = await main(process.argv.slice(2), process.env);

type Task = {
  command: 'list' | 'dead' | 'retry' | 'cancel';
  ids: string[];
  state: JobState | null;
  name: string | null;
  first: number;
  isAll: boolean;
};

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const task = read(args);
    if (task === null) return say(help);
    await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
    await using database = openDatabase(target.url);
    await using jobs = await openPgBossQueue({ pool: database.pool, log: silent });
    const clock = { nowOf: () => systemClock.now(), ours: systemClock };
    const audit = createAuditLog({ clock });
    const service = createJobsService({ db: database.prisma, jobs, audit, wake: () => {} });
    return await run(task, service);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

async function run({ command, ids, state, name, first, isAll }: Task, service: ReturnType<typeof createJobsService>) {
  const after = null;
  if (command === 'list') return say(linesOf((await service.list({ state, name, first, after })).jobs));
  if (command === 'dead') return say(linesOf((await service.dead({ name, first, after })).jobs));
  const chosen = isAll ? (await service.dead({ name, first: firstMax, after })).jobs.map(({ id }) => id) : ids;
  const who = { userId: null, requestId: `cli-${randomUUID()}` };
  for (const id of chosen) say(linesOf([await service[command](who, id)]));
  return 0;
}

/** Null: help is wanted. Throws UsageError. */
function read(args: string[]): Task | null {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      all: { type: 'boolean' },
      state: text,
      name: text,
      first: text,
    },
  });
  if (values.help) return null;
  const [command, ...ids] = positionals;
  if (command !== 'list' && command !== 'dead' && command !== 'retry' && command !== 'cancel') {
    throw new UsageError('Say what to do: list, dead, retry or cancel.');
  }
  const isAll = values.all ?? false;
  const isAct = command === 'retry' || command === 'cancel';
  if (isAll && (command !== 'retry' || ids.length > 0)) throw new UsageError('--all goes with retry, and no ids.');
  if (isAct && !isAll && ids.length === 0) throw new UsageError(`Say which jobs to ${command}.`);
  if (!isAct && ids.length > 0) throw new UsageError(`${command} takes no ids.`);
  const state =
    values.state === undefined ? null : (jobStates.find((each) => each === values.state?.toUpperCase()) ?? 'none');
  if (state === 'none') throw new UsageError(`There is no such state: ${values.state}.`);
  const first = Number(values.first ?? defaultFirst);
  if (!Number.isInteger(first) || first < 1 || first > firstMax) {
    throw new UsageError(`--first is a number from 1 to ${firstMax}.`);
  }
  return { command, ids, state, name: values.name ?? null, first, isAll };
}

function linesOf(jobs: readonly Job[]): string {
  const lines = jobs.map(({ id, name, state, createdAt, attemptCount, attemptsMax, data, error }) =>
    [
      id,
      state.toLowerCase(),
      name,
      createdAt.toISOString(),
      `${attemptCount}/${attemptsMax}`,
      JSON.stringify(data),
      error,
    ]
      .filter((word) => word !== null)
      .join('  '),
  );
  return lines.map((line) => `${line}\n`).join('') || 'none\n';
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
