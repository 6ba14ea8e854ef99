import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOut } from 'sightline/out';
import { screenOf } from 'sightline/screen-of';

/** A terminal that shows what is written to it, as far as we steer it. */
function createTerminal(columns: number, rows: number) {
  let lines = [''];
  let row = 0;
  const write = (text: string) => {
    // oxlint-disable-next-line no-control-regex
    for (const part of text.split(/(\n|\r|\u001B\[\d*[AJm])/)) {
      if (part === '\n') {
        row += 1;
        lines[row] ??= '';
      } else if (part === '\r') lines[row] = `\r${lines[row]}`;
      else if (part.endsWith('A') && part.startsWith('\u001B')) row -= Number(part.slice(2, -1));
      else if (part === '\u001B[J') {
        assert.ok(lines[row]?.startsWith('\r'), 'erased from the middle of a line');
        lines = [...lines.slice(0, row), ''];
      } else if (!part.startsWith('\u001B')) lines[row] += part;
      assert.ok(row >= 0 && (lines[row]?.length ?? 0) <= columns, `left the terminal: ${JSON.stringify(text)}`);
    }
  };
  return { terminal: { isTTY: true, columns, rows, write }, lines: () => lines.filter(Boolean) };
}

test('a bar and a table stay below the lines, within the terminal, and go without a trace', () => {
  const { terminal, lines } = createTerminal(40, 6);
  const out = createOut({ stdout: terminal, stderr: terminal, isJson: false, hasColours: true });
  const table = Array.from({ length: 9 }, (_, index) => out.colours.bold(`row ${index} ${'-'.repeat(60)}`));
  const screen = screenOf(out, () => table);
  screen.line('watching “a”');
  screen.progress({ label: 'watching', done: 1, total: 4, unit: 'frames' });
  out.give(1, () => ['a result']);
  screen.line('a note');
  assert.deepEqual(lines().slice(0, 3), ['watching “a”', 'a result', 'a note']);
  assert.equal(lines().length, 3 + 5);
  assert.ok(lines().at(-1)?.startsWith('row 8'));
  // What came too soon after is not lost.
  table.splice(0, 9, 'the end');
  screen.progress({ label: 'watching', done: 4, total: 4, unit: 'frames' });
  screen.progress(null);
  assert.deepEqual(lines(), ['watching “a”', 'a result', 'a note']);
  screen.line('over');
  assert.equal(lines().at(-1), 'over');
});

test('nothing of it is written where there is no terminal, nor where programs read', () => {
  for (const [isTTY, isJson] of [
    [false, false],
    [true, true],
  ] as const) {
    const said = { out: '', err: '' };
    const pipe = (name: 'out' | 'err') => ({ isTTY, columns: 80, write: (text: string) => (said[name] += text) });
    const out = createOut({ stdout: pipe('out'), stderr: pipe('err'), isJson, hasColours: true });
    const screen = screenOf(out);
    screen.progress({ label: 'watching', done: 1, total: 4, unit: 'frames' });
    out.give({ a: 'b' }, ({ red }) => [red('b')]);
    screen.progress(null);
    assert.deepEqual(said, { out: isJson ? '{"a":"b"}\n' : 'b\n', err: '' });
  }
});
