// The entry for Apollo Client 4, and with the others the only barrels.
import { ApolloLink } from '@apollo/client';
import { print } from '@apollo/client/utilities';
import { newIdempotencyKey } from '@sightline/core';
import type { CallOptions } from '@sightline/core';
import { Observable } from 'rxjs';
import { runDocument } from './adapters/run-document.ts';
import type { AdapterClient } from './adapters/run-document.ts';

export type { AdapterClient };

/**
 * The last link of an Apollo Client: `new ApolloClient({ link: createSightlineLink(client), cache })`. Errors arrive as the
 * SightlineError they are, with `code` and `retryable`. A mutation keeps its key when a link before this one sends it
 * again. `context: { sightline: { timeoutMs, … } }` of an operation are options of its call.
 */
export function createSightlineLink(client: AdapterClient): ApolloLink {
  return new ApolloLink(
    (operation) =>
      new Observable((observer) => {
        const { query, variables, operationType } = operation;
        const { sightline = {} } = operation.getContext() as { sightline?: CallOptions };
        const idempotencyKey = sightline.idempotencyKey ?? newIdempotencyKey();
        // The same operation comes again from a link that retries.
        operation.setContext({ sightline: { ...sightline, idempotencyKey } });
        return runDocument(
          client,
          { kind: operationType, document: print(query), variables },
          { ...sightline, idempotencyKey },
          {
            onData(data) {
              observer.next({ data });
              if (operationType !== 'subscription') observer.complete();
            },
            onError: (error) => observer.error(error),
            onEnd: () => observer.complete(),
          },
        );
      }),
  );
}
