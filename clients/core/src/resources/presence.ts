import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Presence } from '../entities.ts';
import { PresenceDocument, SetActivityDocument } from '../generated/documents.ts';
import type { SetActivityInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';
import type { Stream } from '../transport/stream.ts';
import { follow } from './follow.ts';
import type { FollowOptions } from './follow.ts';

/** Who is watching. */
export function createPresence(parts: Pick<Parts, 'graphql' | 'subscribe' | 'settings' | 'renew'>) {
  return {
    /**
     * Who watches a source now, then whenever that changes, newest wins; without an id the organization as a whole. A person is
     * shown to the others for as long as they follow it.
     */
    watch(sourceId: string | null = null, options?: FollowOptions): Stream<Presence> {
      const read = (data: { presence: Presence }) => data.presence;
      return follow(parts, { document: PresenceDocument, variables: { sourceId }, read }, options);
    },

    /**
     * Tells who else watches what the person does, for five seconds: say it again while they go on. Gives whether anybody was
     * shown it, which takes `watch`.
     */
    setActivity(input: SetActivityInput, options?: CallOptions): Call<boolean> {
      return callOf(parts.graphql(SetActivityDocument, { input }, options), ({ data }) => data.setActivity.isShown);
    },
  };
}
