// An engine, thread or process, that never says anything, as one whose file never comes off its disk.
setInterval(() => {}, 60_000);
