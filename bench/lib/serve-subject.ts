/** The child's side of `startSubject`: listens when it can, then answers questions about itself. */
export function serveSubject(url: Promise<string>, answers: Record<string, (about: never) => unknown> = {}): void {
  process.on('message', ({ question, about }: { question: string; about?: never }) => {
    void (async () => process.send?.(await answer(question, about as never)))();
  });
  process.on('disconnect', () => process.exit());

  async function answer(question: string, about: never): Promise<unknown> {
    if (question === 'url') return url;
    if (question === 'cpu') {
      // Of the whole process, garbage collection and threads included, in microseconds.
      const { user, system } = process.cpuUsage();
      return user + system;
    }
    return answers[question]?.(about);
  }
}
