import type { ReactElement, ReactNode } from 'react';
import styles from './table.module.css';

export type Column<Row> = {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  isNumber?: boolean;
  /** What there is to do with the row: no wider than it has to be, and without a visible head. */
  isActions?: boolean;
};

type Props<Row> = {
  /** What it shows; for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** On a phone it scrolls inside itself, unless each row is to be a block with its heads beside what they say. */
  onPhone?: 'scroll' | 'stack';
  /** Whether its cells hold sentences, which go on in another line. */
  isWrapped?: boolean;
};

/** Rows of the same kind. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  onPhone = 'scroll',
  isWrapped = false,
}: Props<Row>): ReactElement {
  const looks = { number: styles['number'], actions: styles['doing'] };
  const classOf = ({ isNumber, isActions }: Column<Row>) =>
    isNumber ? looks.number : isActions ? looks.actions : undefined;
  // A table whose parts are shown as blocks is one no more to some screen readers, unless it says so.
  return (
    // What scrolls has to be reachable by keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles['scroll']} role="region" aria-label={caption} tabIndex={0}>
      <table
        className={`${styles['table']} ${onPhone === 'stack' ? styles['stack'] : ''} ${isWrapped ? styles['wrapped'] : ''}`}
        role="table"
      >
        <caption className="visually-hidden">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} scope="col" role="columnheader" className={classOf(column)}>
                {column.isActions ? <span className="visually-hidden">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map((column) => (
                <td key={column.key} role="cell" data-head={column.head} className={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
