import { ConfigError, loadConfig } from './config.ts';
import { createSidecar } from './sidecar.ts';

try {
  const sidecar = await createSidecar(loadConfig(process.env));
  await sidecar.listen();
  await sidecar.ready;
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exit(1);
}
