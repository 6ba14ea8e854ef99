import { useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../app/text.ts';
import styles from './chart.module.css';
import { text } from './components.text.ts';
import { Table } from './table.tsx';

export type ChartPoint = { readonly key: string; readonly label: string; readonly value: number };

type Props = {
  /** What it shows. */
  title: string;
  points: readonly ChartPoint[];
  kind?: 'bars' | 'line';
  /** Heads of the table that says the same. */
  heads: readonly [label: string, value: string];
  format?: (value: number) => string;
  /** Beside the title, until the pointer is over a point: a sum, for example. */
  told?: string;
  /** The end of the scale for the largest value; see `roundTop`, which it is unless said. */
  topOf?: (most: number) => number;
};

/** The smallest round number that nothing goes beyond: 1, 2 or 5 times a power of ten. */
export function roundTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5].map((step) => step * power).find((top) => top >= most) ?? 10 * power;
}

const roundSeconds = [10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 18_000, 36_000, 86_400];

/** As `roundTop`, of seconds: what people call round of minutes and hours. */
export const roundDuration = (most: number): number =>
  roundSeconds.find((top) => top >= most) ?? roundTop(most / 3_600) * 3_600;

/** Values over something. A picture for eyes, and the same as a table for everybody. */
export function Chart({
  title,
  points,
  kind = 'bars',
  heads,
  format = String,
  told,
  topOf = roundTop,
}: Props): ReactElement {
  const t = useText(text);
  const [over, setOver] = useState<string | null>(null);
  const most = Math.max(0, ...points.map(({ value }) => value));
  const top = topOf(most);
  const step = 100 / Math.max(1, points.length);
  const height = (value: number) => (value / top) * 40;
  const line = points.map(({ value }, index) => `${(index + 0.5) * step},${40 - height(value)}`).join(' ');
  const pointed = points.find(({ key }) => key === over);
  return (
    <figure className={styles['chart']}>
      <figcaption className={styles['head']}>
        <span>{title}</span>
        <span className={styles['told']}>{pointed ? `${pointed.label}: ${format(pointed.value)}` : told}</span>
      </figcaption>
      <div className={styles['plot']} aria-hidden>
        {most > 0 && <span className={styles['top']}>{format(top)}</span>}
        <svg
          viewBox="0 0 100 40"
          preserveAspectRatio="none"
          className={styles['picture']}
          onPointerLeave={() => setOver(null)}
        >
          <line x1="0" x2="100" y1="0" y2="0" className={styles['grid']} />
          <line x1="0" x2="100" y1="20" y2="20" className={styles['grid']} />
          {kind === 'line' && <polyline points={line} className={styles['line']} />}
          {points.map(({ key, value }, index) => (
            <g key={key} className={styles['point']} onPointerEnter={() => setOver(key)}>
              <rect x={index * step} width={step} y={0} height={40} className={styles['reach']} />
              {kind === 'bars' && (
                <rect
                  className={styles['bar']}
                  x={index * step + step * 0.12}
                  width={step * 0.76}
                  y={40 - height(value)}
                  height={height(value)}
                />
              )}
            </g>
          ))}
        </svg>
        <div className={styles['ends']}>
          <span>{points[0]?.label}</span>
          {points.length > 2 && <span>{points[Math.floor((points.length - 1) / 2)]?.label}</span>}
          {points.length > 1 && <span>{points.at(-1)?.label}</span>}
        </div>
      </div>
      <details className={styles['same']}>
        <summary>{t.asTable}</summary>
        <Table
          caption={title}
          rows={points}
          keyOf={({ key }) => key}
          columns={[
            { key: 'label', head: heads[0], cell: ({ label }) => label },
            { key: 'value', head: heads[1], cell: ({ value }) => format(value), isNumber: true },
          ]}
        />
      </details>
    </figure>
  );
}
