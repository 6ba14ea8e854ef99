import type { Logger } from 'pino';
import { channelOf } from './domain/outbox/signals.ts';
import type { Bus, Clock } from './ports.ts';
import { currentClockOffsetMs, currentOrganization } from './tenancy.ts';
import type { Sql } from './transaction.ts';

export type OrganizationClock = Clock & {
  /** The time of that organization, whichever is at work: for jobs that go over many, and before a caller is known. */
  nowOf(organizationId: string): Date;
  /**
   * Our own time, whoever is at work. For what belongs to a person rather than an organization, for what keeps people from
   * trying too often, and for whatever others understand by the time of day: nobody moves these by moving a sandbox.
   */
  readonly ours: Clock;
};

type Deps = {
  /** The clock of all organizations but sandboxes. */
  clock: Clock;
  pool: Sql;
  bus: Pick<Bus, 'subscribe'>;
  log: Pick<Logger, 'warn'>;
  pollMs?: number;
};

const sandboxesSql = {
  name: 'sandbox-clocks',
  text: `select "id", "clockOffsetMs" from "Organization" where "isSandbox" and "clockOffsetMs" > 0`,
};

/**
 * Time as the organization at work knows it: ours, and in a sandbox as far ahead as somebody moved it. An operation has
 * the offset that was read with its viewer; what runs without one has what this process heard last, at most `pollMs` ago.
 * Offsets only grow, so that no organization sees time go back.
 */
export async function startOrganizationClock({ clock, pool, bus, log, pollMs = 1_000 }: Deps) {
  let offsets = new Map<string, number>();
  let reading: Promise<void> | null = null;

  async function read(): Promise<void> {
    const { rows } = await pool.query<{ id: string; clockOffsetMs: string }>(sandboxesSql);
    offsets = new Map(rows.map(({ id, clockOffsetMs }) => [id, Number(clockOffsetMs)]));
  }

  function refresh(): void {
    reading ??= read()
      .catch((err: unknown) => log.warn({ err }, 'clocks of sandboxes could not be read, trying again'))
      .finally(() => (reading = null));
  }

  await using opening = new AsyncDisposableStack();
  opening.defer(await bus.subscribe(channelOf('clock.moved', null), refresh));
  await read();
  const timer = setInterval(refresh, pollMs);
  opening.defer(async () => {
    clearInterval(timer);
    await reading;
  });
  const open = opening.move();

  const ahead = (ms: number) => (ms === 0 ? clock.now() : new Date(clock.now().getTime() + ms));
  const offsetOf = (organizationId: string | null) =>
    organizationId === null ? 0 : (offsets.get(organizationId) ?? 0);
  // What was read with the viewer may be newer than what this process heard; of a stream that is open for long it is older.
  const offsetHere = () => Math.max(currentClockOffsetMs() ?? 0, offsetOf(currentOrganization()));
  return {
    now: () => ahead(offsetHere()),
    nowOf: (organizationId: string) =>
      ahead(organizationId === currentOrganization() ? offsetHere() : offsetOf(organizationId)),
    ours: { now: () => clock.now() },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  } satisfies OrganizationClock & AsyncDisposable;
}
