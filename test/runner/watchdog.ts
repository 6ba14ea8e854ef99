import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into every test file's process before the file. A file whose tests are over and that still holds a timer or a
 * socket would never end, and the run would wait for it until its own limit: this ends it and says what it held.
 */
const limitMs = Number(process.env['FILE_LIMIT_MS'] ?? 8 * 60_000);

if (isMainThread && process.env['NODE_TEST_CONTEXT'] !== undefined) {
  setTimeout(() => {
    const held = process.getActiveResourcesInfo().join(', ');
    process.stderr.write(`The file did not end within ${limitMs / 60_000} minutes. It still held: ${held}\n`);
    process.exit(1);
  }, limitMs).unref();
}
