import { findDrift } from '@sightline/db/drift';

const drift = await findDrift();
if (drift) {
  process.stdout.write(`prisma/schema has changes that no migration covers:\n\n${drift}`);
  process.exitCode = 1;
}
