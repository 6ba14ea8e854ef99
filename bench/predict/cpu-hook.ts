/*
 * Preloaded into the measured processes: says how much time they have used, and ends them with the bench however that
 * ended. Threads load it too; only the process itself has somebody to talk to.
 */
if (process.send && process.channel) {
  process.on('message', (message: { type?: string }) => {
    if (message.type !== 'cpu') return;
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send?.({ type: 'cpu', cpuUs: userCPUTime + systemCPUTime });
  });
  process.once('disconnect', () => process.exit(1));
  // Whoever is done may end, listening here or not.
  process.channel.unref();
}
