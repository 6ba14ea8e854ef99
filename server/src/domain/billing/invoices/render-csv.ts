import type { Invoice, InvoiceLine } from '@sightline/db/client';

export type WithLines = Invoice & { lines: InvoiceLine[] };

const columns = [
  ...['number', 'kind', 'issued_at', 'currency', 'position', 'description', 'meter', 'quantity', 'included'],
  ...['unit_amount_minor', 'per_units', 'amount_minor', 'period_starts_at', 'period_ends_at'],
  ...['subtotal_minor', 'tax_basis_points', 'tax_minor', 'total_minor'],
];

/** RFC 4180: a row for each line, and the sums of the bill in each, in the smallest unit of the currency. Always the same bytes. */
export function renderCsv(invoice: WithLines): string {
  const { number, kind, issuedAt, currency, subtotalMinor, taxBasisPoints, taxMinor, totalMinor } = invoice;
  const rows = invoice.lines
    .toSorted((a, b) => a.position - b.position)
    .map((line) => [
      ...[number, kind, issuedAt.toISOString(), currency, line.position, line.description, line.meter ?? ''],
      ...[line.quantity, line.included, line.unitAmountMinor, line.perUnits, line.amountMinor],
      ...[line.periodStartsAt.toISOString(), line.periodEndsAt.toISOString()],
      ...[subtotalMinor, taxBasisPoints, taxMinor, totalMinor],
    ]);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Text that a spreadsheet would run as a formula is kept text. */
function cell(value: string | number | bigint): string {
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
