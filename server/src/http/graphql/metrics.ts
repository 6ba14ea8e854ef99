import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export type GraphqlMetrics = ReturnType<typeof createGraphqlMetrics>;
export type Outcome = 'ok' | 'refused' | 'failed';

/** Operation names are the caller's choice, so only this many become labels; the rest share one. */
const distinctOperations = 200;

/** What the transport counts; with no registry it counts for nobody. */
export function createGraphqlMetrics(registry: Registry | null) {
  const registers = registry ? [registry] : [];
  const seen = new Set<string>();
  const duration = new Histogram({
    name: 'graphql_operation_duration_seconds',
    help: 'Time from the complete request to the complete result.',
    labelNames: ['operation', 'type', 'outcome'] as const,
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors callers were told of, by code.',
    labelNames: ['code'] as const,
    registers,
  });
  const sockets = new Gauge({ name: 'graphql_sockets', help: 'Open WebSockets.', registers });
  const subscriptions = new Gauge({ name: 'graphql_subscriptions', help: 'Running subscriptions.', registers });
  const slowConsumers = new Counter({
    name: 'graphql_slow_consumers_total',
    help: 'Sockets closed because their reader fell too far behind.',
    registers,
  });
  const sharedResults = new Counter({
    name: 'graphql_shared_results_total',
    help: 'Results of subscriptions that were made once for all who asked the same.',
    registers,
  });
  const sharedFrames = new Counter({
    name: 'graphql_shared_frames_total',
    help: 'How often such results were written to somebody.',
    registers,
  });

  return {
    errors,
    sharedResults,
    sharedFrames,
    sockets,
    subscriptions,
    slowConsumers,
    observe(operation: string | undefined, type: string, outcome: Outcome, milliseconds: number): void {
      duration.observe({ operation: labelOf(operation), type, outcome }, milliseconds / 1000);
    },
  };

  function labelOf(operation: string | undefined): string {
    if (operation === undefined) return 'anonymous';
    if (seen.has(operation)) return operation;
    if (seen.size >= distinctOperations) return 'other';
    seen.add(operation);
    return operation;
  }
}
