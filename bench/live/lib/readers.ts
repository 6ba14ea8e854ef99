import { startSubject } from '../../lib/subject.ts';

/** The number of an event, and when a reader had it, on the clock of `machineMs`. */
export type Seen = [seq: number, at: number];

export type Transport = 'ws' | 'sse';

export type ReaderPlan = {
  transport: Transport;
  url: string;
  count: number;
  /** With a query each subscribes to it as the owner of the token; without one it listens to whatever comes. */
  subscription?: { token: string; query: string };
  /** Every how many readers one looks at what it gets. */
  sampled: number;
};

export type Readers = AsyncDisposable & {
  /** Resolves when they have got that many results together since they were opened. */
  reached(results: number): Promise<void>;
  /** Processor time of their process so far, in microseconds. */
  cpu(): Promise<number>;
  /** The first result, as it came. */
  first(): Promise<string>;
  /** What those who look have got since this was asked last. */
  seen(): Promise<Seen[]>;
};

/** Every how many readers one looks, unless said otherwise. */
export const usuallySampled = 20;

/**
 * Readers in a process of their own, so that whoever writes does not wait for them to read. They do as little as they can:
 * they count frames by their headers.
 */
export async function openReaders({
  sampled = usuallySampled,
  transport = 'ws',
  ...plan
}: Omit<ReaderPlan, 'sampled' | 'transport'> & { sampled?: number; transport?: Transport }) {
  const readers = await startSubject('readers', new URL('reader-process.ts', import.meta.url), [
    JSON.stringify({ ...plan, transport, sampled } satisfies ReaderPlan),
  ]);
  const opened: Readers = {
    reached: (results) => readers.ask('reached', results),
    cpu: () => readers.ask('cpu'),
    first: () => readers.ask('first'),
    seen: () => readers.ask('seen'),
    [Symbol.asyncDispose]: () => readers[Symbol.asyncDispose](),
  };
  return opened;
}
