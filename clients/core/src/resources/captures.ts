import type { Call } from '../call.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import { RecordCaptureDocument } from '../generated/documents.ts';
import type { CapturedEventInput, CapturedUseInput, RecordCaptureInput, SessionState } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

export type CapturedEvent = CapturedEventInput;
/** `count` is 1 unless given. */
export type CapturedUse = CapturedUseInput;
/**
 * A batch of a device. `captureId`, `sourceId` and `startedAt` belong together; without them it has uses alone. `sentAt` is the time
 * of this machine while it is sent unless given; where times of another machine are passed on, give that machine's.
 */
export type RecordCapture = RecordCaptureInput;

/** What a batch may have. */
export const captureBatchMax = { events: 100, usage: 100 } as const;

export type RecordedCapture = {
  /** Everything up to this batch is recorded for good. */
  readonly acceptedSeq: number;
  /** Whether it had been recorded before. */
  readonly isDuplicate: boolean;
  /** Of the capture; `STOPPING` once somebody asks the device to end it. */
  readonly session: { readonly id: string; readonly state: SessionState } | null;
};

export function createCaptures({ graphql }: { graphql: Graphql }) {
  return {
    /**
     * Brings what this device captured and used while nobody could be told: at most as many as `captureBatchMax` says. Batches are
     * numbered from 1 and recorded in that order, each once; send one again, the same, until it is confirmed. Throws ConflictError
     * (BATCH_OUT_OF_ORDER, with `details.expected`), PlanLimitError (PAYMENT_REQUIRED), InvalidRequestError, NotFoundError.
     */
    record(input: RecordCapture, options?: CallOptions): Call<RecordedCapture> {
      const told = { sentAt: new Date().toISOString(), ...input };
      return callOf(graphql(RecordCaptureDocument, { input: told }, options), ({ data, requestId }) => {
        const { acceptedSeq, isDuplicate, session } = expectPayload(data.recordCapture, requestId);
        return { acceptedSeq, isDuplicate, session };
      });
    },
  };
}
