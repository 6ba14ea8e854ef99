import type { Logger } from 'pino';
import type { FlagOverrides } from '../../ports/flag-overrides.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import type { Sql } from '../../transaction.ts';
import { isFlagName, isOnFor, parseFlagValue, variableOf } from './flag-value.ts';
import type { FlagValue } from './flag-value.ts';
import { allFlagsSql } from './flags.queries.ts';

export type Flags = Awaited<ReturnType<typeof startFlags>>;

/** For whom a flag is asked. Null: for nobody in particular. */
export type FlagSubject = { organizationId: string | null; planCode: string | null };

type Rule = { organizationId: string | null; planCode: string | null; isOn: boolean };
export type Flag = FlagValue & { name: string; description: string; rules: Rule[] };

type Deps = {
  pool: Sql;
  overrides: Pick<FlagOverrides, 'read'>;
  /** By the name of their variable: what the environment of this process insists on. */
  forced: Readonly<Record<string, boolean>>;
  signals: SignalReader;
  log: Pick<Logger, 'warn' | 'info'>;
  pollMs?: number;
};

/**
 * Feature flags as this process knows them: read when somebody says that one changed, and twice a second besides. The
 * environment goes before Redis, Redis before the database. Where one of both cannot be read, what was read last stays.
 */
export async function startFlags({ pool, overrides, forced, signals, log, pollMs = 400 }: Deps) {
  let flags = new Map<string, Flag>();
  let overridden = new Map<string, FlagValue>();
  let reading: Promise<void> | null = null;
  let isWanted = false;
  const lost = new Set<string>();

  async function attempt(part: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      if (lost.delete(part)) log.info({ part }, 'feature flags are read again');
    } catch (err) {
      if (!lost.has(part)) log.warn({ err, part }, 'feature flags could not be read, the last ones stay');
      lost.add(part);
    }
  }

  async function readFlags(): Promise<void> {
    const { rows } = await pool.query<Flag>(allFlagsSql);
    flags = new Map(rows.map((flag) => [flag.name, flag]));
  }

  async function readOverrides(): Promise<void> {
    const read = await overrides.read();
    const known = Object.entries(read).flatMap(([name, text]) => {
      const value = isFlagName(name) ? parseFlagValue(text) : null;
      return value ? [[name, value] as const] : [];
    });
    overridden = new Map(known);
  }

  /** Both by themselves: one that hangs holds up the other no longer than its own timeout. */
  async function readAll(): Promise<void> {
    do {
      isWanted = false;
      await Promise.all([attempt('database', readFlags), attempt('redis', readOverrides)]);
    } while (isWanted);
  }

  /** What is said while we read may have come too late for it: once more then. */
  function refresh(): void {
    isWanted = true;
    reading ??= readAll().finally(() => (reading = null));
  }

  await using opening = new AsyncDisposableStack();
  opening.defer(await signals.on('flags.changed', null, refresh));
  refresh();
  await reading;
  const timer = setInterval(refresh, pollMs);
  opening.defer(async () => {
    clearInterval(timer);
    await reading;
  });
  const open = opening.move();

  /** From memory. A flag that nobody made is off. */
  function isOn(name: string, { organizationId, planCode }: FlagSubject): boolean {
    const insisted = forced[variableOf(name)];
    if (insisted !== undefined) return insisted;
    const override = overridden.get(name);
    if (override) return isOnFor(name, override, organizationId);
    const flag = flags.get(name);
    if (!flag) return false;
    const rule =
      flag.rules.find((one) => one.organizationId !== null && one.organizationId === organizationId) ??
      flag.rules.find((one) => one.organizationId === null && one.planCode !== null && one.planCode === planCode);
    return rule ? rule.isOn : isOnFor(name, flag, organizationId);
  }

  return {
    isOn,
    /** Every flag there is, with what it is for somebody, in the order of their names. */
    allFor(subject: FlagSubject): { name: string; isOn: boolean }[] {
      const names = new Set([...flags.keys(), ...overridden.keys()]);
      return [...names].toSorted().map((name) => ({ name, isOn: isOn(name, subject) }));
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
