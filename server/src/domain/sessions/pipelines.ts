import { PipelineUnknownError } from './sessions.errors.ts';

/** What the sidecar can run over a source. */
export const pipelines: readonly string[] = ['detect'];

/** Throws PIPELINE_UNKNOWN for the first name that is not one. */
export function requirePipelines(names: readonly string[]): void {
  for (const name of names) if (!pipelines.includes(name)) throw new PipelineUnknownError(name, pipelines);
}
