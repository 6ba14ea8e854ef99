import { occursOn, transports } from './error-transports.ts';
import { errorCodes } from './errors.ts';
import type { ErrorCode } from './errors.ts';

// Prints what `npm run generate` writes into docs/errors.md and into the client.
const codes = (Object.keys(errorCodes) as ErrorCode[]).map((code) => ({
  ...{ code, ...errorCodes[code] },
  // Two ways may have one name.
  toldIn: [...new Set(occursOn[code].map((transport) => transports[transport]))],
}));
process.stdout.write(JSON.stringify(codes));
