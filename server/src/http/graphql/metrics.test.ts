import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { createGraphqlMetrics } from './metrics.ts';

test('callers choose operation names, yet the number of series stays bounded', async () => {
  const registry = new Registry();
  const metrics = createGraphqlMetrics(registry);
  for (let index = 0; index < 5000; index += 1) metrics.observe(`Op${index}`, 'query', 'ok', 1);
  metrics.observe(undefined, 'query', 'ok', 1);
  const series = await seriesOf(registry);
  assert.equal(series.length, 202);
  assert.ok(series.includes('other') && series.includes('anonymous') && series.includes('Op0'));
});

test('an operation is timed in seconds, under its name and outcome', async () => {
  const registry = new Registry();
  createGraphqlMetrics(registry).observe('Page', 'query', 'failed', 250);
  const text = await registry.metrics();
  assert.match(text, /graphql_operation_duration_seconds_sum\{operation="Page",type="query",outcome="failed"\} 0\.25/);
});

test('two transports without a registry do not get in each other’s way', () => {
  createGraphqlMetrics(null);
  assert.doesNotThrow(() => createGraphqlMetrics(null));
});

async function seriesOf(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return [...text.matchAll(/^graphql_operation_duration_seconds_count\{operation="([^"]+)"/gm)].map(
    ([, name]) => name!,
  );
}
