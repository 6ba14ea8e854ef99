import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createUsageService } from '@sightline/server/domain/billing/usage.service';
import type { UsedCall } from '@sightline/server/domain/billing/usage.service';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import pg from 'pg';
import { createSteps, stepwise, tell } from './steps.ts';

/*
 * What a server does with the usage it is told, in a process to be killed: the real service and its statements, with a
 * step before and after each statement and before the answer leaves. Says its address.
 */
const step = createSteps();
class SteppingClient extends pg.Client {}
const query = SteppingClient.prototype.query as (...args: unknown[]) => unknown;
(SteppingClient.prototype.query as unknown) = function stepping(this: pg.Client, ...args: unknown[]) {
  return stepwise(step, query.bind(this))(...args);
};
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 3, Client: SteppingClient });
pool.on('error', () => {});
const usage = createUsageService({
  pool,
  entitlements: { of: () => Promise.resolve(null) },
  outbox: createOutbox({ relay: { kick() {} } }),
});
const server = createServer((request, response) => {
  const answer = async () => {
    const { records } = (await json(request)) as { records: UsedCall[] };
    step();
    const body = JSON.stringify({ recorded: await usage.record(records) });
    step();
    response.writeHead(200, { 'content-type': 'application/json' }).end(body, step);
  };
  answer().catch(() => response.writeHead(503).end());
});
server.listen(0, '127.0.0.1', () => tell(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
