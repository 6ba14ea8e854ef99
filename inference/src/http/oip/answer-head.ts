import { STATUS_CODES } from 'node:http';
import type { LaneAnswer } from './lane.ts';

/** What comes before an answer's body in HTTP/1.1, with all that Node says in every answer. */
export function answerHead({ status, headers, body }: LaneAnswer, closes: boolean, keepAliveSeconds: number): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  const connection = closes ? 'close' : `keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}`;
  return `${text}content-length: ${body.byteLength}\r\nDate: ${dateNow()}\r\nConnection: ${connection}\r\n\r\n`;
}

const date = { second: 0, text: '' };

/** As HTTP writes it. Making it anew for every answer would take a tenth of all that an answer takes. */
function dateNow(): string {
  const now = Date.now();
  const second = Math.floor(now / 1_000);
  if (second !== date.second) Object.assign(date, { second, text: new Date(now).toUTCString() });
  return date.text;
}
