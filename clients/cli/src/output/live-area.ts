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
  let drawnAtMs = Number.NEGATIVE_INFINITY;

  /** Up to the first line of the area, and everything from there away. */
  const erase = () => (shown.length > 1 ? `\u001B[${shown.length - 1}A` : '') + (shown.length > 0 ? '\r\u001B[J' : '');

  return {
    isOn: terminal.isTTY === true,
    /** Draws at most a dozen times a second, as nobody reads faster; what is not drawn comes with the next. An empty list clears. */
    draw(lines: readonly string[]): void {
      if (!terminal.isTTY) return;
      const isUrgent = lines.length === 0 || shown.length === 0;
      if (!isUrgent && now() - drawnAtMs < shownEveryMs) return;
      drawnAtMs = now();
      const width = (terminal.columns || 80) - 1;
      // A line that wraps, or one above the top, could not be erased again.
      const next = lines.slice(-((terminal.rows || 24) - 1)).map((line) => cut(line, width));
      terminal.write(erase() + next.join('\n'));
      shown = next;
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
