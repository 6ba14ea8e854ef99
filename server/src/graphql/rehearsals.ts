import type { Rehearsed } from '../domain/estimate/estimate.ts';
import type { Calls } from '../domain/rates/rate-rules.ts';
import type { Context } from './context.ts';

/** An operation as somebody would send it. */
export type Script = {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown>;
};

/** An operation that passed every check of its text. */
export type Readable = {
  queryCost: number;
  calls: Calls;
  /** Tries it out for whoever `context` is; `look` sees what it did before it is taken back. */
  run<Seen>(context: Context, look: () => Promise<Seen>): Promise<Rehearsed<Seen>>;
};

/** Tries operations out. */
export type Rehearsals = {
  /** What can be said before anything runs; or all that is wrong with it. */
  read(script: Script): Readable | { errors: unknown[] };
};
