import { DomainError } from '../../errors/domain-error.ts';

export class PipelineUnknownError extends DomainError {
  readonly code = 'PIPELINE_UNKNOWN';
  constructor(pipeline: string, known: readonly string[]) {
    super(`There is no pipeline “${pipeline}”. Known: ${known.join(', ')}.`, { pipeline });
  }
}

/** Batches of a session, and of a device, are recorded in the order of their numbers. */
export class BatchOutOfOrderError extends DomainError {
  readonly code = 'BATCH_OUT_OF_ORDER';
  override readonly details: Readonly<{ expected: number | null }>;

  /** `expected` is null when no batch of this attempt is expected any more: a later one runs, or the session is over. */
  constructor(batch: { sessionId: string; attempt: number; seq: number }, expected: number | null) {
    super(
      expected === null
        ? `Attempt ${batch.attempt} of this session is over.`
        : `Batch ${batch.seq} came, and ${expected} is expected.`,
      batch,
    );
    this.details = { expected };
  }

  static ofDevice({ deviceId, seq }: { deviceId: string; seq: number }, expected: number): BatchOutOfOrderError {
    return new BatchOutOfOrderError({ sessionId: deviceId, attempt: 1, seq }, expected);
  }
}

/** More batches arrive than are recorded. Nothing of this one was. */
export class IngestBusyError extends DomainError {
  readonly code = 'INGEST_BUSY';
  /** About as long as a batch takes. */
  override readonly retryAfterMs = 250;

  constructor() {
    super('Too many batches wait to be recorded. Send this one again in a moment.');
  }
}

/** Another server runs this session now; whoever sees this must let go of it without a word. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
