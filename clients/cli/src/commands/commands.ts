import type { Command } from '../command/command.ts';
import { createCompletion } from './completion.ts';
import { doctor } from './doctor.ts';
import { eventsTail } from './events.ts';
import { gen } from './gen.ts';
import { init } from './init.ts';
import { keysCreate, keysList, keysReroll, keysRevoke } from './keys.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';
import { models } from './models.ts';
import { predict } from './predict.ts';
import { sessionsRun } from './sessions-run.ts';
import { sessionsGet, sessionsList, sessionsStop } from './sessions.ts';
import { sourcesAdd, sourcesGet, sourcesList } from './sources.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { usage } from './usage.ts';
import { webhooksListen } from './webhooks-listen.ts';
import { webhooksTrigger } from './webhooks-trigger.ts';
import { whoami } from './whoami.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  login,
  logout,
  whoami,
  init,
  start,
  status,
  doctor,
  sourcesList,
  sourcesGet,
  sourcesAdd,
  sessionsRun,
  sessionsList,
  sessionsGet,
  sessionsStop,
  eventsTail,
  predict,
  models,
  keysList,
  keysCreate,
  keysReroll,
  keysRevoke,
  usage,
  webhooksListen,
  webhooksTrigger,
  gen,
  createCompletion(() => commands),
];
