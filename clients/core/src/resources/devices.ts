import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { DeviceGrant } from '../entities.ts';
import { ApproveDeviceDocument, DenyDeviceDocument, DeviceGrantDocument } from '../generated/documents.ts';
import type { DeviceDecisionInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';

/** Devices that show a code and wait to be let in: the page of the person who decides. For people, not for keys. */
export function createDevices({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** What shows this code; null when nothing does. Throws RateLimitError after five wrong guesses in a minute. */
    grant(userCode: string, options?: CallOptions): Call<DeviceGrant | null> {
      return callOf(graphql(DeviceGrantDocument, { userCode }, options), ({ data }) => data.deviceGrant);
    },

    /** Lets it act for the person in this organization. Throws PermissionDeniedError (STEP_UP_REQUIRED), NotFoundError. */
    approve(input: DeviceDecisionInput, options?: CallOptions): Call<void> {
      return callOf(graphql(ApproveDeviceDocument, { input }, options), () => {});
    },

    deny(input: DeviceDecisionInput, options?: CallOptions): Call<void> {
      return callOf(graphql(DenyDeviceDocument, { input }, options), () => {});
    },
  };
}
