import type { PrismaClient } from '@sightline/db/client';
import type { Clock, HostFiles, ObjectStorage, RunSpec } from '../../ports.ts';

export type RunSource = ReturnType<typeof createRunSource>;
type Deps = { db: PrismaClient; storage: ObjectStorage; hostFiles: HostFiles; clock: Clock };

// Long enough for the longest session over uploads; a restart signs anew.
const linkHours = 24;

/** Turns a source into what the sidecar reads: `file:` URLs for a path, signed links for uploads. */
export function createRunSource({ db, storage, hostFiles, clock }: Deps) {
  return async function runSource(sourceId: string): Promise<RunSpec['source']> {
    const source = await db.source.findUniqueOrThrow({
      where: { id: sourceId },
      include: { files: { orderBy: { position: 'asc' }, include: { artifact: true } } },
    });
    const expiresAt = new Date(clock.now().getTime() + linkHours * 3_600_000);
    const urls =
      source.path === null
        ? await Promise.all(
            source.files.map(({ artifact: { storageKey: key, contentType, byteSize } }) =>
              storage.sign({ method: 'GET', key, expiresAt, contentType, byteSize }),
            ),
          )
        : await hostFiles.list(source.kind, source.path);
    return source.kind === 'VIDEO'
      ? { kind: 'VIDEO', url: urls[0] ?? '' }
      : { kind: 'IMAGES', frames: urls, frameIntervalMs: source.frameIntervalMs };
  };
}
