import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { OrganizationMembership } from '../entities.ts';
import { AdvanceClockDocument, CreateOrganizationDocument } from '../generated/documents.ts';
import type { AdvanceClockInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';

/** Organizations for trying out: their clock can be moved, and their bills are no bills. */
export function createSandbox({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** Makes one, which the person owns; the client goes on where it is: see `organizations.switchTo`. */
    create({ name }: { name: string }, options?: CallOptions): Call<OrganizationMembership> {
      return callOf(
        graphql(CreateOrganizationDocument, { input: { name, isSandbox: true } }, options),
        ({ data }) => data.createOrganization.organization,
      );
    },

    /**
     * Moves the clock of the sandbox that the client acts in, by a duration such as `P30D` or `P1M`; gives what time it is
     * there then. Tokens that are over by then are refreshed, or end: an API key goes on. Throws PermissionDeniedError
     * (SANDBOX_ONLY) anywhere else.
     */
    advanceClock(input: AdvanceClockInput, options?: CallOptions): Call<Date> {
      return callOf(graphql(AdvanceClockDocument, { input }, options), ({ data }) => new Date(data.advanceClock.now));
    },
  };
}
