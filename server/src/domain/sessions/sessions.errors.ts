import { DomainError } from '../../errors/domain-error.ts';

export class PipelineUnknownError extends DomainError {
  readonly code = 'PIPELINE_UNKNOWN';
  constructor(pipeline: string, known: readonly string[]) {
    super(`There is no pipeline “${pipeline}”. Known: ${known.join(', ')}.`, { pipeline });
  }
}

/** Another server runs this session now; whoever sees this must let go of it without a word. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}
