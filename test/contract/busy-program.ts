import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/*
 * Uses processor time itself (argument `alone`) or lets a child of its own use it (`parent`), says so, and stays.
 */

const burnMs = 300;
const [role] = process.argv.slice(2);
if (role === 'parent') {
  await once(fork(fileURLToPath(import.meta.url), ['alone']), 'message');
} else {
  for (const until = process.cpuUsage().user + burnMs * 1_000; process.cpuUsage().user < until;);
}
process.send?.('burnt');
process.once('disconnect', () => process.exit());
setInterval(() => undefined, 60_000);
