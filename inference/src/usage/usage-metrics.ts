import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

export type UsageMetrics = ReturnType<typeof createUsageMetrics>;

/** What tells an operator that money is at stake. */
export function createUsageMetrics(registry: Registry) {
  const registers = [registry];
  return {
    records: new Counter({
      name: 'sightline_inference_usage_records_total',
      help:
        'Calls to be paid for: written down, failed to be and refused for it, sent to the server, set aside because ' +
        'the server refused them, or torn by a crash before their answer',
      labelNames: ['result'],
      registers,
    }),
    spoolBytes(read: () => number): void {
      new Gauge({
        name: 'sightline_inference_usage_spool_bytes',
        help: 'Usage on disk that the server has not taken yet',
        registers,
        collect() {
          this.set(read());
        },
      });
    },
  };
}
