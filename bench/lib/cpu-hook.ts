/*
 * Preloaded into measured processes where there is no /proc: says how much time they have used. Threads load it too;
 * only the process itself has somebody to tell.
 */
process.on('message', (message: { type?: string }) => {
  if (message.type !== 'cpu') return;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({ type: 'cpu', cpuUs: userCPUTime + systemCPUTime });
});
// A program that is done may end, listening here or not.
process.channel?.unref();
