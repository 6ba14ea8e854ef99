import PDFDocument from 'pdfkit';
import { formatAmount, formatBasisPoints, formatNumber } from './money.ts';
import type { Party } from './issue-invoice.ts';
import { printable } from './printable.ts';
import type { WithLines } from './render-csv.ts';

const margin = 56;
/** Of A4, in points. */
const page = { width: 595.28, height: 841.89 };
const right = page.width - margin;
/** Where columns begin and how wide they are: a thousand million of anything fits without smaller letters. */
const columns = {
  description: { x: margin, width: 228 },
  quantity: { x: 288, width: 74 },
  price: { x: 366, width: 76 },
  amount: { x: 446, width: right - 446 },
  sumName: { x: 300 },
  sum: { x: 390, width: right - 390 },
} as const;
/** What the sums need below the lines. */
const sumsHeight = 90;
const [ink, grey, line] = ['#1a1f2b', '#667085', '#d0d5dd'];

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayOf = (at: Date) => `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
/** Usage ends on full hours, so a part of a day says which. */
const hourOf = (at: Date) => (at.getUTCHours() === 0 ? '' : ` ${String(at.getUTCHours()).padStart(2, '0')}:00`);
const momentOf = (at: Date) => `${dayOf(at)}${hourOf(at)}`;

const titles = { INVOICE: 'Invoice', CREDIT_NOTE: 'Credit note' } as const;

/**
 * One bill on as many pages as it needs. Made of its stored rows alone, without the time, the machine or its language, and
 * not compressed: the same rows are the same bytes for as long as the layout is the same. Its `state` is not on it, since
 * that changes.
 */
export async function renderPdf(invoice: WithLines, credited: { number: string } | null = null): Promise<Uint8Array> {
  const title = `${titles[invoice.kind]} ${invoice.number}`;
  const seller = invoice.seller as Party;
  const document = new PDFDocument({
    ...{ size: 'A4', margin, compress: false, bufferPages: true, lang: 'en', displayTitle: true },
    info: {
      ...{ Title: title, Author: printable(seller.name), Producer: 'Sightline', Creator: 'Sightline' },
      CreationDate: invoice.issuedAt,
    },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.once('end', resolve).once('error', reject));
  drawHead(document, invoice, credited);
  drawLines(document, invoice);
  drawSums(document, invoice);
  drawFeet(document, title);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

type Document = InstanceType<typeof PDFDocument>;

function drawHead(document: Document, invoice: WithLines, credited: { number: string } | null): void {
  const { kind, number, issuedAt, dueAt, periodStartsAt, periodEndsAt, series } = invoice;
  const [seller, buyer] = [invoice.seller as Party, invoice.buyer as Party];
  document.font('Helvetica-Bold').fontSize(22).fillColor(ink).text(titles[kind], margin, margin);
  if (series.startsWith('TEST-')) {
    document.fontSize(11).fillColor('#b42318').text('Test document of a sandbox. Nothing is to be paid.');
  }
  document.font('Helvetica').fontSize(10);
  const facts: [string, string][] = [
    ['Number', number],
    ['Issued', dayOf(issuedAt)],
    ...(kind === 'INVOICE' ? [['Due', dayOf(dueAt)] as [string, string]] : []),
    ['Period', `${momentOf(periodStartsAt)} – ${momentOf(periodEndsAt)} UTC`],
    ...(credited ? [['For invoice', credited.number] as [string, string]] : []),
  ];
  let y = document.y + 10;
  for (const [name, value] of facts) {
    document.fillColor(grey).text(name, margin, y, { width: 80 });
    document.fillColor(ink).text(value, margin + 80, y, { width: right - margin - 80 });
    y = document.y + 3;
  }
  y += 18;
  const width = (right - margin) / 2 - 12;
  const ends = [
    drawParty(document, 'From', seller, margin, y, width),
    drawParty(document, 'Bill to', buyer, margin + width + 24, y, width),
  ];
  document.y = Math.max(...ends) + 24;
}

function drawParty(document: Document, title: string, party: Party, x: number, y: number, width: number): number {
  const { name, address, country, taxNumber } = party;
  document.font('Helvetica').fontSize(9).fillColor(grey).text(title, x, y, { width });
  document.font('Helvetica-Bold').fontSize(10).fillColor(ink).text(printable(name), { width });
  document.font('Helvetica');
  const rest = [address, country, taxNumber && `Tax number ${taxNumber}`].filter((text): text is string =>
    Boolean(text),
  );
  for (const text of rest) document.text(printable(text), { width });
  return document.y;
}

function drawTableHead(document: Document): void {
  const { y } = document;
  document.font('Helvetica-Bold').fontSize(9).fillColor(grey);
  document.text('Description', columns.description.x, y, { width: columns.description.width });
  numberAt(document, 'Quantity', columns.quantity, y, 9);
  numberAt(document, 'Price', columns.price, y, 9);
  numberAt(document, 'Amount', columns.amount, y, 9);
  rule(document, y + 14);
  document.y = y + 20;
}

function drawLines(document: Document, invoice: WithLines): void {
  const { currency } = invoice;
  drawTableHead(document);
  const { x, width } = columns.description;
  const rows = invoice.lines.toSorted((a, b) => a.position - b.position);
  for (const [index, row] of rows.entries()) {
    const period = `${momentOf(row.periodStartsAt)} – ${momentOf(row.periodEndsAt)}`;
    document.font('Helvetica').fontSize(10);
    const height = document.heightOfString(printable(row.description), { width }) + 22;
    // Sums do not stand on a page of their own.
    makeRoom(document, index === rows.length - 1 ? height + sumsHeight : height, true);
    document.font('Helvetica');
    const { y } = document;
    document.fillColor(ink).fontSize(10).text(printable(row.description), x, y, { width });
    document.fillColor(grey).fontSize(8).text(period, { width });
    const bottom = document.y;
    document.fillColor(ink);
    numberAt(document, formatNumber(row.quantity), columns.quantity, y, 10);
    numberAt(document, formatAmount(row.unitAmountMinor, currency), columns.price, y, 10);
    numberAt(document, formatAmount(row.amountMinor, currency), columns.amount, y, 10);
    if (row.perUnits !== 1) {
      document.fillColor(grey);
      numberAt(document, `for ${formatNumber(BigInt(row.perUnits))}`, columns.price, y + 12, 8);
    }
    rule(document, bottom + 5);
    document.y = bottom + 11;
  }
}

function drawSums(document: Document, invoice: WithLines): void {
  const { currency, subtotalMinor, taxBasisPoints, taxMinor, totalMinor, note, kind } = invoice;
  makeRoom(document, sumsHeight, false);
  const amounts: [string, bigint, boolean][] = [
    ['Subtotal', subtotalMinor, false],
    [`Tax ${formatBasisPoints(taxBasisPoints)}`, taxMinor, false],
    [kind === 'INVOICE' ? 'Total' : 'Total credit', totalMinor, true],
  ];
  let y = document.y + 6;
  for (const [name, amount, isTotal] of amounts) {
    const size = isTotal ? 12 : 10;
    document
      .font(isTotal ? 'Helvetica-Bold' : 'Helvetica')
      .fontSize(size)
      .fillColor(ink);
    document.text(name, columns.sumName.x, y, { lineBreak: false });
    numberAt(document, `${formatAmount(amount, currency)} ${currency}`, columns.sum, y, size);
    y += isTotal ? 22 : 17;
  }
  document.y = y + 10;
  if (note) {
    makeRoom(document, 40, false);
    document.font('Helvetica').fontSize(10).fillColor(ink);
    document.text(printable(note), margin, document.y, { width: right - margin });
  }
}

/** Page numbers, once it is known how many there are. */
function drawFeet(document: Document, title: string): void {
  const { count } = document.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    document.switchToPage(index);
    // Below the margin pdfkit would begin another page.
    document.page.margins.bottom = 0;
    document.font('Helvetica').fontSize(8).fillColor(grey);
    document.text(`${title} · page ${index + 1} of ${count}`, margin, page.height - 40, { lineBreak: false });
  }
}

function makeRoom(document: Document, height: number, isTable: boolean): void {
  if (document.y + height <= page.height - margin - 10) return;
  document.addPage();
  document.y = margin;
  if (isTable) drawTableHead(document);
}

/** In one line, in smaller letters where it has to be: a number in two lines is read as two. */
function numberAt(document: Document, text: string, column: Column, y: number, size: number): void {
  const width = document.fontSize(size).widthOfString(text);
  if (width > column.width) document.fontSize((size * column.width) / width);
  document.text(text, column.x + column.width - document.widthOfString(text), y, { lineBreak: false });
}

type Column = { readonly x: number; readonly width: number };

function rule(document: Document, y: number): void {
  document.moveTo(margin, y).lineTo(right, y).lineWidth(0.5).strokeColor(line).stroke();
}
