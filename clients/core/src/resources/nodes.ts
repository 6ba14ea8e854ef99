import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Node } from '../entities.ts';
import { NodesDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';

/** Things by their ids alone. */
export function createNodes({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** Up to 100, in the order asked; null where the viewer sees none. `__typename` says what each is; kinds without more have their `id`. */
    get(ids: readonly string[], options?: CallOptions): Call<readonly (Node | null)[]> {
      return callOf(graphql(NodesDocument, { ids }, options), ({ data }) => data.nodes);
    },
  };
}
