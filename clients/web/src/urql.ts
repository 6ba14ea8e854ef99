// The entry for urql, and with the others the only barrels.
import { ClientErrorCode, SightlineError, newIdempotencyKey } from '@sightline/core';
import type { CallOptions } from '@sightline/core';
import { CombinedError, makeResult, stringifyDocument } from '@urql/core';
import type { Exchange, Operation, OperationResult } from '@urql/core';
import { filter, make, merge, mergeMap, pipe, share, takeUntil } from 'wonka';
import type { Source } from 'wonka';
import { runDocument } from './adapters/run-document.ts';
import type { AdapterClient } from './adapters/run-document.ts';

export type { AdapterClient };

/**
 * The last exchange of a urql client: `exchanges: [cacheExchange, sightlineExchange(client)]`. What the server refuses is in
 * `graphQLErrors` with its `code`; `sightlineErrorOf(result.error)` gives the SightlineError behind any error. A mutation
 * keeps its key when an exchange before this one sends it again. `context: { sightline: { timeoutMs, … } }` of an operation
 * are options of its call.
 */
export function sightlineExchange(client: AdapterClient): Exchange {
  return ({ forward }) =>
    (operations$) => {
      const shared$ = pipe(operations$, share);
      const ours$ = pipe(
        shared$,
        filter(({ kind }) => kind !== 'teardown'),
        mergeMap((operation) => {
          const isItsEnd = ({ kind, key }: Operation) => kind === 'teardown' && key === operation.key;
          return pipe(run(client, operation), takeUntil(pipe(shared$, filter(isItsEnd))));
        }),
      );
      const others$ = pipe(
        shared$,
        filter(({ kind }) => kind === 'teardown'),
        forward,
      );
      return merge([ours$, others$]);
    };
}

/** The SightlineError that an error of urql came from; null where it is something else. */
export function sightlineErrorOf(error: CombinedError | undefined): SightlineError | null {
  const { networkError, graphQLErrors = [] } = error ?? {};
  const causes = [networkError, ...graphQLErrors.map(({ originalError }) => originalError)];
  return causes.find((cause) => cause instanceof SightlineError) ?? null;
}

function run(client: AdapterClient, operation: Operation): Source<OperationResult> {
  const { kind, query, variables, context } = operation;
  const given = context['sightline'] as CallOptions | undefined;
  const idempotencyKey = given?.idempotencyKey ?? newIdempotencyKey();
  // An exchange that retries sends a copy with what is in this context.
  const options = (context['sightline'] = { ...given, idempotencyKey });
  return make(({ next, complete }) =>
    runDocument(client, { kind, document: stringifyDocument(query), variables: variables ?? {} }, options, {
      onData(data) {
        next({ ...makeResult(operation, { data }), hasNext: kind === 'subscription' });
      },
      onError(error) {
        next({ ...makeResult(operation, { data: null }), error: combined(error), hasNext: false });
        complete();
      },
      onEnd: complete,
    }),
  );
}

/** As urql has errors: either the way there failed, or the server refused. */
function combined(error: unknown): CombinedError {
  if (!(error instanceof SightlineError) || Object.hasOwn(ClientErrorCode, error.code))
    return new CombinedError({ networkError: error as Error });
  const { message, code, hint, requestId, retryable, details } = error;
  const extensions = { code, hint, requestId, retryable, details };
  const refusal = { name: 'GraphQLError', message, extensions, originalError: error };
  return new CombinedError({ graphQLErrors: [refusal] });
}
