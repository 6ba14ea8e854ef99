import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import { FeatureFlagsDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';

export type FeatureFlag = { readonly name: string; readonly isOn: boolean };

export function createFlags({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** Every feature and whether it is on for the viewer, by name. */
    list(options?: CallOptions): Call<readonly FeatureFlag[]> {
      return callOf(graphql(FeatureFlagsDocument, {}, options), ({ data }) => data.featureFlags);
    },
  };
}
