/** The child's side of `startSubject`: listens when it can, then answers questions about itself. */
export function serveSubject(url: Promise<string>, answers: Record<string, () => unknown> = {}): void {
  process.on('message', (question: string) => {
    void (async () => process.send?.(await answer(question)))();
  });
  process.on('disconnect', () => process.exit());

  async function answer(question: string): Promise<unknown> {
    if (question === 'url') return url;
    if (question === 'cpu') {
      // Of the whole process, garbage collection and threads included, in microseconds.
      const { user, system } = process.cpuUsage();
      return user + system;
    }
    return answers[question]?.();
  }
}
