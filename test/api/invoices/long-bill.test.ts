import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPdf } from '../../../server/src/domain/billing/invoices/render-pdf.ts';

const from = new Date('2027-05-01T00:00:00Z');
const to = new Date('2027-06-01T00:00:00Z');
const party = { name: 'Somebody', address: null, country: null, taxNumber: null };

/** What a page says, word by word as it is drawn: hexadecimal text, without compression. */
async function pagesOf(lineCount: number, amount: bigint): Promise<string[]> {
  const line = { description: 'Pro', quantity: amount, unitAmountMinor: amount, perUnits: 1_000, amountMinor: amount };
  const bill = {
    ...{ kind: 'INVOICE', number: 'INV-2027-000042', series: 'INV', issuedAt: to, dueAt: to, note: null },
    ...{ periodStartsAt: from, periodEndsAt: to, currency: 'EUR', seller: party, buyer: party },
    ...{ subtotalMinor: amount, taxBasisPoints: 2100, taxMinor: amount, totalMinor: amount },
    lines: Array.from({ length: lineCount }, (_, n) => ({
      ...{ ...line, position: n + 1, periodStartsAt: from, periodEndsAt: to },
    })),
  };
  const bytes = await renderPdf(bill as unknown as Parameters<typeof renderPdf>[0]);
  const streams = Buffer.from(bytes).toString('latin1').split('stream\n').slice(1);
  const words = streams.map((stream) =>
    [...stream.matchAll(/\[((?:<[0-9a-f]*> ?-?[\d.]* ?)+)\] TJ/g)]
      .map(([, parts = '']) => Buffer.from(parts.replaceAll(/<([0-9a-f]*)>|[^<]/g, '$1'), 'hex').toString('latin1'))
      .join('\n'),
  );
  return words.filter((text) => text.includes('page '));
}

test('a bill of any length has its heading on every page of lines, and its sums beside lines', async () => {
  for (let count = 1; count <= 60; count += 1) {
    const pages = await pagesOf(count, 4_900n);
    for (const [index, page] of pages.entries()) {
      assert.match(page, new RegExp(`page ${index + 1} of ${pages.length}`));
      assert.match(page, /Description\nQuantity\nPrice\nAmount/, `${count} lines, page ${index + 1}`);
      assert.match(page, /^Pro$/m, `${count} lines, page ${index + 1}`);
    }
    assert.equal(pages.join('\n').match(/^Pro$/gm)?.length, count);
    assert.match(pages.at(-1) ?? '', /Subtotal[^]*Total/);
  }
});

test('a number is in one piece, however large', async () => {
  const [page = ''] = await pagesOf(3, 9_223_372_036_854_775_807n);
  assert.equal(page.match(/^9,223,372,036,854,775,807$/gm)?.length, 3);
  assert.equal(page.match(/^92,233,720,368,547,758\.07$/gm)?.length, 6);
  assert.equal(page.match(/^92,233,720,368,547,758\.07 EUR$/gm)?.length, 3);
});
