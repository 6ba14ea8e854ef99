import type { Parts } from '../base-client.ts';
import type { EventArchive } from '../entities.ts';
import { ArchivesDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';

/** Events that retention took out of the feed and keeps as files. */
export function createArchives({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** Oldest first; `url` of each is good for five minutes. */
    list(options: PageOptions & CallOptions = {}): PagedList<EventArchive> {
      return createPagedList(
        options,
        (window) => graphql(ArchivesDocument, window, options),
        (data) => data.archives,
      );
    },
  };
}
