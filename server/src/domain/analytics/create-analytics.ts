import { outsideOf } from '@sightline/db/one-transaction';
import type { Pool } from 'pg';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { OrganizationClock } from '../../organization-clock.ts';
import { createDashboards } from './dashboards.service.ts';

type Deps = {
  /** Behind the second fence. */
  pool: Pool;
  clock: OrganizationClock;
  metrics: Registry;
};

/** What people look at all day. */
export function createAnalytics({ pool, clock, metrics }: Deps) {
  const answers = new Counter({
    name: 'sightline_answers_cached_total',
    help: 'Dashboards that were asked for, by whether somebody had read them already.',
    labelNames: ['hit'] as const,
    registers: [metrics],
  });
  const onAnswer = (isHit: boolean) => answers.inc({ hit: String(isHit) });
  return { dashboards: createDashboards({ pool: outsideOf(pool), clock, onAnswer }) };
}
