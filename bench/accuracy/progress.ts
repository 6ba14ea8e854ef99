const barWidth = 24;

/** Tells how far it is: a bar that is drawn anew on a terminal, elsewhere a line every tenth. Dispose to end the bar. */
export function createProgress(output: NodeJS.WriteStream, total: number) {
  let tenthTold = 0;
  return {
    show(done: number): void {
      if (output.isTTY) {
        const filled = Math.round((done / total) * barWidth);
        const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
        output.write(`\r\u001B[2K  ${bar} ${done} of ${total} pictures`);
        return;
      }
      const tenth = Math.floor((10 * done) / total);
      if (tenth > tenthTold) output.write(`  ${done} of ${total} pictures\n`);
      tenthTold = tenth;
    },
    [Symbol.dispose]() {
      if (output.isTTY) output.write('\n');
    },
  };
}
