import { openQueueProcess } from '../api/jobs/queue-world.ts';

// A worker that does jobs of the kind `effect` until it is killed: each leaves a row by its number; those that are poison throw.
const { FAULTS_DATABASE_URL: url = '', FAULTS_RETRIES: retries = '5' } = process.env;
await using worker = await openQueueProcess(url);
worker.queue.handle(
  'effect',
  async ({ number, isPoison }, { attempt }) => {
    await worker.pool.query('insert into faults_try (number, attempt) values ($1, $2)', [number, attempt]);
    if (isPoison) throw new Error('poison');
    await new Promise((resolve) => setTimeout(resolve, 2));
    await worker.pool.query('insert into faults_effect (number) values ($1) on conflict do nothing', [number]);
  },
  { retries: Number(retries), backoffSeconds: 0, concurrency: 8 },
);
await worker.queue.start();
process.send?.('ready');
// A test that is gone takes its workers along.
process.once('disconnect', () => process.exit(0));
await new Promise(() => setInterval(() => {}, 1_000_000));
