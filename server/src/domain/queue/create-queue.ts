import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Clock } from '../../ports.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { Sql } from '../../transaction.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { createJobsService } from './jobs.service.ts';
import { createOperators } from './operator.ts';
import { createQueue } from './queue.ts';
import type { WorkerDeps } from './worker.ts';

type Deps = {
  jobs: JobQueue;
  /** Of the system, outside of any request. */
  pool: Sql;
  /** Of the system. */
  db: PrismaClient;
  presence: WorkerDeps['presence'];
  signals: SignalReader;
  audit: AuditLog;
  operatorEmails: readonly string[];
  /** Ours. */
  clock: Clock;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  metrics: Registry;
};

/** The queue, what operators may do with it, and who they are. Nothing is done before `queue.start`. */
export function createJobQueue({ db, audit, operatorEmails, metrics, ...deps }: Deps) {
  const ended = new Counter({
    name: 'sightline_jobs_total',
    help: 'Tries of jobs that ended in this process: done, retrying, dead (failed for good), lost (it had it no more).',
    labelNames: ['name', 'outcome'],
    registers: [],
  });
  metrics.registerMetric(ended);
  const queue = createQueue({ ...deps, onEnd: (name, outcome) => ended.inc({ name, outcome }) });
  metrics.registerMetric(
    new Gauge({
      name: 'sightline_jobs_running',
      help: 'Jobs that are being done in this process.',
      registers: [],
      collect() {
        this.set(queue.size);
      },
    }),
  );
  const queuedJobs = createJobsService({ db, jobs: deps.jobs, audit, wake: queue.wake });
  return { queue, services: { queuedJobs, operators: createOperators({ db, emails: operatorEmails }) } };
}
