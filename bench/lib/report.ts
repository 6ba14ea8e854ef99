/** One measured figure. Goals are ratios inside one run: absolute figures say more about the machine than about us. */
export type Row = {
  metric: string;
  value: number;
  unit: string;
  /** The same figure of what it is compared with. */
  floor: number | null;
  /** How good the value is against the floor; more is better. */
  ratio: number | null;
  /** The ratio it has to reach. Null where nothing is promised. */
  goal: number | null;
  ok: boolean | null;
};

export type BenchOptions = {
  say: (text: string) => void;
  /** Names of groups of measurements, separated by commas; all of them otherwise. */
  only?: string | undefined;
  /** A first look in a fraction of the time. */
  quick?: boolean | undefined;
  /** Folder for profiles of what the sidecar spends its processor time on. */
  profile?: string | undefined;
  /** Which model the sidecar serves; its default otherwise. */
  model?: string | undefined;
  /** Folder of the labelled pictures; that of the labels otherwise. */
  images?: string | undefined;
  /** Path of labels in COCO's JSON format; ours otherwise. */
  labels?: string | undefined;
};
export type Bench = (options: BenchOptions) => Promise<Row[]>;

/** A row for something of which less is better, such as time. `ratio` is the median of ratios within rounds, if given. */
export function lessIsBetter(
  metric: string,
  value: number,
  unit: string,
  floor: number | null,
  goal: number | null,
  ratio?: number,
): Row {
  const reached = ratio ?? (floor === null ? null : floor / value);
  return {
    metric,
    value,
    unit,
    floor,
    ratio: reached,
    goal,
    ok: goal === null || reached === null ? null : reached >= goal,
  };
}

/** A row for something of which more is better, such as a share. */
export function moreIsBetter(
  metric: string,
  value: number,
  unit: string,
  floor: number | null,
  goal: number | null,
): Row {
  const ratio = floor === null ? null : value / floor;
  return { metric, value, unit, floor, ratio, goal, ok: goal === null || ratio === null ? null : ratio >= goal };
}

export function printTable(rows: Row[]): void {
  const cells = rows.map(({ metric, value, unit, floor, ratio, goal, ok }) => [
    metric,
    `${round(value)} ${unit}`,
    floor === null ? '' : `${round(floor)}`,
    ratio === null ? '' : ratio.toFixed(2),
    goal === null ? '' : `≥ ${Number(goal.toFixed(3))}`,
    ok === null ? '' : ok ? 'ok' : 'MISSED',
  ]);
  const table = [['metric', 'value', 'floor', 'ratio', 'goal', ''], ...cells];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    );
  }
}

function round(value: number): string {
  // What is counted has no tenths.
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 3);
}
