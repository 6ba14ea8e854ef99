import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import pg from 'pg';
import { isFlagName, parseFlagValue, printFlagValue, variableOf } from '../domain/flags/flag-value.ts';
import type { FlagValue } from '../domain/flags/flag-value.ts';
import { createFlagStore } from '../domain/flags/flags-store.ts';
import type { Flag } from '../domain/flags/flags.ts';
import { allFlagsSql } from '../domain/flags/flags.queries.ts';
import { createRedisFlagOverrides, noFlagOverrides } from '../infra/redis-flag-overrides.ts';
import { systemClock } from '../infra/system-clock.ts';
import { readId } from './ids.ts';

const help = `npm run flags -- list
npm run flags -- set <name> on|off|<share>% [--description <text>]
npm run flags -- set <name> on|off --organization <id> | --plan <code>
npm run flags -- set <name> on|off|<share>% --redis
npm run flags -- unset <name> [--organization <id> | --plan <code> | --redis]

  set     a flag for everybody, an exception of it for one organization or plan, or what Redis says instead of all that
  unset   takes the same away again

Every server knows within a second. FEATURE_<NAME>=on|off in the environment of a server is stronger than all of it.
Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set; --redis on REDIS_URL.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

type Task = {
  command: string;
  name: string;
  value: FlagValue | null;
  organizationId: string | null;
  planCode: string | null;
  description: string | null;
  isRedis: boolean;
};

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const task = read(args);
    if (task === null) return say(help);
    await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
    const pool = new pg.Pool({ connectionString: target.url, max: 1, connectionTimeoutMillis: 10_000 });
    await using overrides = env['REDIS_URL'] ? createRedisFlagOverrides(env['REDIS_URL']) : noFlagOverrides;
    try {
      const store = createFlagStore({ pool, clock: systemClock, requestId: `cli-${randomUUID()}` });
      if (task.command === 'list') return say(await listing(pool, await overrides.read()));
      const { name, value, organizationId, planCode } = task;
      if (task.isRedis) {
        const before = (await overrides.read())[name] ?? null;
        const after = value && printFlagValue(value);
        await overrides.set(name, after);
        await store.noteOverride(name, before, after);
      } else if (organizationId !== null || planCode !== null) {
        const who = { organizationId, planCode };
        await (value ? store.setFor(name, who, value.isOn) : store.unsetFor(name, who));
      } else {
        await (value ? store.set(name, value, task.description) : store.unset(name));
      }
      return say(`${wordsOf(task)}: ${value ? printFlagValue(value) : 'unset'}\n`);
    } finally {
      await pool.end();
    }
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

function wordsOf({ name, organizationId, planCode, isRedis }: Task): string {
  const who = organizationId ?? planCode;
  return `${name}${who === null ? '' : ` for ${who}`}${isRedis ? ' in Redis' : ''}`;
}

/** Null: help is wanted. Throws UsageError. */
function read(args: string[]): Task | null {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      redis: { type: 'boolean' },
      organization: text,
      plan: text,
      description: text,
    },
  });
  if (values.help) return null;
  const [command = '', name = '', word, ...more] = positionals;
  const { organization, plan: planCode = null, description = null } = values;
  const organizationId = organization === undefined ? null : readId(organization, 'Organization');
  const isRedis = values.redis ?? false;
  const value = word === undefined ? null : parseFlagValue(word);
  const task = { command, name, value, organizationId, planCode, description, isRedis };
  if (command === 'list' && positionals.length === 1) return task;
  if (!['set', 'unset'].includes(command) || more.length > 0)
    throw new UsageError('Say what to do: list, set or unset.');
  if (!isFlagName(name)) throw new UsageError('A flag is named in lower case with dashes, such as new-dashboard.');
  if ((command === 'set') !== (value !== null) || (command === 'unset' && word !== undefined)) {
    throw new UsageError('A flag is set to on, off, or a share such as 30%.');
  }
  const targets = [organizationId !== null, planCode !== null, isRedis].filter(Boolean).length;
  if (targets > 1) throw new UsageError('Say one of --organization, --plan and --redis.');
  if ((organizationId ?? planCode) !== null && value?.percentage != null) {
    throw new UsageError('One organization or plan has it or not: on or off.');
  }
  if (description !== null && (targets > 0 || command === 'unset')) {
    throw new UsageError('--description goes with set for everybody.');
  }
  return task;
}

async function listing(pool: pg.Pool, overrides: Record<string, string>): Promise<string> {
  const { rows } = await pool.query<Flag>(allFlagsSql);
  const lines = rows.map((flag) => {
    const exceptions = flag.rules.map((rule) => `${rule.organizationId ?? rule.planCode}=${rule.isOn ? 'on' : 'off'}`);
    const override = overrides[flag.name];
    const words = [printFlagValue(flag), ...exceptions, ...(override === undefined ? [] : [`redis=${override}`])];
    return `${flag.name}  ${words.join(' ')}  ${variableOf(flag.name)}  ${flag.description}`.trimEnd();
  });
  const others = Object.entries(overrides).filter(([name]) => !rows.some((flag) => flag.name === name));
  for (const [name, value] of others) lines.push(`${name}  redis=${value}  ${variableOf(name)}`);
  return lines.map((line) => `${line}\n`).join('') || 'no flag was made\n';
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
