import { errorCodes } from './codes.ts';
import type { ErrorCode } from './codes.ts';
import { occursOn, transports } from './transports.ts';

// Prints what `npm run generate` writes into docs/errors.md and into the client.
const codes = (Object.keys(errorCodes) as ErrorCode[]).map((code) => ({
  ...{ code, ...errorCodes[code] },
  toldIn: occursOn[code].map((transport) => transports[transport]),
}));
process.stdout.write(JSON.stringify(codes));
