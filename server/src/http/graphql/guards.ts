import type { Exchange } from './exchange.ts';
import type { Prepared, Result } from './operations.ts';

type Maybe<Value> = Value | Promise<Value>;

/** One operation that is about to run. */
export type Call<TContext> = {
  readonly context: TContext;
  readonly prepared: Prepared;
  /** The HTTP request; what is put into its `headers` goes with the answer. Null on a socket. */
  readonly exchange: Exchange | null;
};

/**
 * What stands around operations on every transport, such as limits. It runs for the organization of the caller, and what
 * it throws is the answer. Without a promise in it, an operation that is synchronous stays so.
 */
export type Guard<TContext> = {
  /** Before anything runs, of it and of what it stands around; of a subscription once, when it starts. */
  admit?(call: Call<TContext>): Maybe<void>;
  /** Around a query or mutation: may answer by itself, and add to what `run` answers. Errors are mapped already. */
  around?(call: Call<TContext>, run: () => Maybe<Result>): Maybe<Result>;
};

/** Lets a call in, or throws. One guard after the other: what the first refuses, the next is not asked about. */
export function admit<TContext>(guards: readonly Guard<TContext>[], call: Call<TContext>): Maybe<void> {
  for (const [index, guard] of guards.entries()) {
    const admission = guard.admit?.(call);
    if (admission instanceof Promise) return admission.then(() => admit(guards.slice(index + 1), call));
  }
}

/** Runs a query or mutation behind all guards, the first outermost: what it answers by itself, the next never hears of. */
export function runGuarded<TContext>(
  guards: readonly Guard<TContext>[],
  call: Call<TContext>,
  run: () => Maybe<Result>,
): Maybe<Result> {
  return guards.reduceRight<() => Maybe<Result>>(
    (next, guard) => () => {
      const goOn = () => (guard.around ? guard.around(call, next) : next());
      const admission = guard.admit?.(call);
      return admission instanceof Promise ? admission.then(goOn) : goOn();
    },
    run,
  )();
}
