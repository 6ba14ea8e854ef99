import type { Health } from './health.ts';
import { fail, pass, skip } from './check.ts';
import type { Found } from './check.ts';

/** More than this, and what is signed with a time may be refused. */
const clockToleranceMs = 60_000;

export function checkServer(url: string, { isThere, isOurs, problem, ms }: Health): Found {
  if (!isThere)
    return fail(`${url}: ${problem}`, 'Start one with `sightline start`, or give the right address: --url URL');
  if (!isOurs) return fail(`${url}: ${problem}`, 'Give the address of a Sightline server: --url URL');
  return pass(`${url} answers in ${ms} ms`);
}

export function checkReady(health: Health): Found {
  if (!health.isOurs) return skip('no server');
  if (health.isReady) return pass('database and everything else');
  return fail(
    health.problem ?? '',
    'Look into its log (DATA_DIR/logs/server.log after `npm start`), and restart what is named.',
  );
}

export function checkClock({ clockAheadMs }: Health): Found {
  if (clockAheadMs === null) return skip('the server tells no time');
  if (Math.abs(clockAheadMs) <= clockToleranceMs) return pass('agrees with the server’s');
  const seconds = Math.round(Math.abs(clockAheadMs) / 1_000);
  return fail(
    `${seconds} s ${clockAheadMs > 0 ? 'behind' : 'ahead of'} the server’s`,
    'Set the clock of this machine: timedatectl set-ntp true (Linux). Signed webhooks are refused otherwise.',
  );
}

export function checkSidecar(url: string | null, health: Health | null): Found {
  if (url === null || health === null)
    return fail('nobody said where it is', 'Give its address, if you use predict or models: --inference-url URL');
  if (!health.isThere)
    return fail(
      `${url}: ${health.problem}`,
      'Start it with `sightline start`, or give the right address: --inference-url URL',
    );
  if (!health.isOurs) return fail(`${url}: ${health.problem}`, 'Give the address of a sidecar: --inference-url URL');
  if (!health.isReady)
    return fail(
      `${url}: ${health.problem}`,
      'Wait while models load; then look into its log (DATA_DIR/logs/inference.log).',
    );
  return pass(`${url} is ready, in ${health.ms} ms`);
}
