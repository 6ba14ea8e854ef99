import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Estimate } from '../entities.ts';
import { EstimateDocument, EstimateSessionDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import type { TypedDocument } from '../transport/document.ts';
import { callOf } from '../transport/graphql.ts';
import type { StartSession } from './sessions.ts';

export type EstimateOptions = CallOptions & {
  /** Which operation, where the document has several. */
  operationName?: string | undefined;
  /** How long each session it starts is taken to run; 3 600 unless given. */
  sessionSeconds?: number | undefined;
  /** How many frames each of them is taken to record at most; as many as its source has unless given. */
  sessionFrames?: number | undefined;
};

/** What something would cost, what would be left, and why it would be refused, without doing it. */
export function createEstimates({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** Of any operation: it is tried out and taken back. */
    of<Result, Variables extends object>(
      document: TypedDocument<Result, Variables>,
      variables?: Variables,
      { operationName, sessionSeconds = 3_600, sessionFrames, ...options }: EstimateOptions = {},
    ): Call<Estimate> {
      const asked = {
        operation: document,
        variables: JSON.stringify(variables ?? {}),
        operationName: operationName ?? null,
        sessionSeconds,
        sessionFrames: sessionFrames ?? null,
      };
      return callOf(graphql(EstimateDocument, asked, options), ({ data }) => data.estimate);
    },

    /** Of a session that would run so long, and record at most so many frames. */
    session(
      { seconds, frames, ...input }: StartSession & { seconds: number; frames?: number | undefined },
      options?: CallOptions,
    ): Call<Estimate> {
      const asked = { input: input, seconds, frames: frames ?? null };
      return callOf(graphql(EstimateSessionDocument, asked, options), ({ data }) => data.estimateSession);
    },
  };
}
