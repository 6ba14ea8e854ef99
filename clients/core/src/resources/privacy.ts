import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Consent, Organization, PrivacyRequest } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  ConsentsDocument,
  EraseMeDocument,
  PrivacyRequestsDocument,
  RecordConsentDocument,
  RequestExportDocument,
  SetRetentionDocument,
} from '../generated/documents.ts';
import type { EraseMeInput, RecordConsentInput, SetRetentionInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';

/** What is known of a person and for how long. For people, not for keys. */
export function createPrivacy({ graphql, credentials }: Pick<Parts, 'graphql' | 'credentials'>) {
  return {
    /**
     * Asks for everything that is known of the person; gives all exports there are, newest first. Ask `exports` until its
     * `url` is there. Throws PermissionDeniedError (STEP_UP_REQUIRED).
     */
    export(options?: CallOptions): Call<readonly PrivacyRequest[]> {
      return callOf(
        graphql(RequestExportDocument, {}, options),
        ({ data }) => data.requestExport.viewer?.privacyRequests ?? [],
      );
    },

    /** The person's last exports, newest first; `url` of one that is ready is good for five minutes. */
    exports(options?: CallOptions): Call<readonly PrivacyRequest[]> {
      return callOf(graphql(PrivacyRequestsDocument, {}, options), ({ data }) => data.viewer?.privacyRequests ?? []);
    },

    /**
     * Forgets the person, with every organization in which nobody else is; this client speaks for nobody then. Cannot be undone.
     * `email` is their own. Throws ConflictError (ERASURE_BLOCKED), PermissionDeniedError (STEP_UP_REQUIRED).
     */
    erase(input: EraseMeInput, options?: CallOptions): Call<void> {
      return callOf(graphql(EraseMeDocument, { input }, options), ({ data, requestId }) => {
        expectPayload(data.eraseMe, requestId);
        credentials.replace(null);
      });
    },

    /** Notes that the person agreed to a version of a document, or took that back; gives all they said, newest first. */
    consent(input: RecordConsentInput, options?: CallOptions): Call<readonly Consent[]> {
      return callOf(
        graphql(RecordConsentDocument, { input }, options),
        ({ data }) => data.recordConsent.viewer?.consents ?? [],
      );
    },

    /** What the person agreed to or took back, newest first. */
    consents(options?: CallOptions): Call<readonly Consent[]> {
      return callOf(graphql(ConsentsDocument, {}, options), ({ data }) => data.viewer?.consents ?? []);
    },

    /** How many days the organization keeps things; what is left out stays. Throws PermissionDeniedError (STEP_UP_REQUIRED), PlanLimitError. */
    retention(input: SetRetentionInput, options?: CallOptions): Call<Organization> {
      return callOf(
        graphql(SetRetentionDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.setRetention, requestId).organization,
      );
    },
  };
}
