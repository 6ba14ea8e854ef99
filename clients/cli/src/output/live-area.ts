export type Terminal = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
};

const shownEveryMs = 80;

/** Lines at the bottom of a terminal that change while other lines go by above them. Nothing at all anywhere else. */
export function createLiveArea(terminal: Terminal, now: () => number = () => performance.now()) {
  let shown: readonly string[] = [];
  let waiting: readonly string[] | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let drawnAtMs = Number.NEGATIVE_INFINITY;

  /** Up to the first line of the area, and everything from there away. */
  const erase = () => (shown.length > 1 ? `\u001B[${shown.length - 1}A` : '') + (shown.length > 0 ? '\r\u001B[J' : '');

  function show(lines: readonly string[]): void {
    if (timer) clearTimeout(timer);
    [timer, waiting, drawnAtMs] = [null, null, now()];
    const width = (terminal.columns || 80) - 1;
    // A line that wraps, or one above the top, could not be erased again.
    const next = lines.slice(-((terminal.rows || 24) - 1)).map((line) => cut(line, width));
    if (shown.length > 0 || next.length > 0) terminal.write(erase() + next.join('\n'));
    shown = next;
  }

  return {
    /**
     * Draws at most a dozen times a second, as nobody reads faster; of what came meanwhile the last is drawn then. An empty list
     * clears, after what still waited.
     */
    draw(lines: readonly string[]): void {
      if (!terminal.isTTY) return;
      if (lines.length === 0) {
        if (waiting) show(waiting);
        return show([]);
      }
      const leftMs = drawnAtMs + shownEveryMs - now();
      if (shown.length === 0 || leftMs <= 0) return show(lines);
      waiting = lines;
      timer ??= setTimeout(() => waiting && show(waiting), leftMs).unref();
    },
    /** Runs what writes lines, with the area out of their way. */
    above(write: () => void): void {
      if (!terminal.isTTY || shown.length === 0) return write();
      const lines = shown;
      terminal.write(erase());
      shown = [];
      write();
      terminal.write(lines.join('\n'));
      shown = lines;
    },
  };
}

export type LiveArea = ReturnType<typeof createLiveArea>;

/** The first so many letters; colours take no room, and end where the line ends. */
function cut(line: string, width: number): string {
  // oxlint-disable-next-line no-control-regex
  const parts = line.split(/(\u001B\[\d+m)/);
  let left = width;
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const shown = part.slice(0, left);
      left -= shown.length;
      return shown;
    })
    .join('');
}
