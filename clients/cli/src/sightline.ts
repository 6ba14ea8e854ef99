#!/usr/bin/env node
import { runSightline } from './run.ts';

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  process.once('SIGINT', () => process.exit(130));
});

// Whoever reads has enough, as `head` does: that is no failure, and nobody is left to tell of it.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    // A full disk, most likely. Where it is stderr itself, the exit code has to say it.
    if (stream === process.stdout) process.stderr.write(`What was to be said could not be written: ${error.message}\n`);
    process.exit(1);
  });

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runSightline(process.argv.slice(2), { stdin, stdout, stderr, env, signal: stop.signal });
