/** Runs with a signal that Ctrl-C aborts. Once everything that was started has ended, the process ends with 130. */
export async function untilInterrupted<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.once(name, interrupt);
  try {
    return await run(interrupted.signal);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return process.exit(130);
  } finally {
    for (const name of names) process.off(name, interrupt);
  }
}
