import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type { Notification } from '../entities.ts';
import {
  MarkNotificationsReadDocument,
  NotificationAddedDocument,
  NotificationsDocument,
  UnreadCountDocument,
} from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';
import type { Stream } from '../transport/stream.ts';
import { follow } from './follow.ts';
import type { FollowOptions } from './follow.ts';

type Listed = PageOptions & CallOptions & { unreadOnly?: boolean };

/** What a person is told in the organization. For people, not for keys. */
export function createNotifications(parts: Pick<Parts, 'graphql' | 'subscribe' | 'settings' | 'renew'>) {
  const { graphql } = parts;
  return {
    /** Newest first. */
    list({ unreadOnly = false, ...options }: Listed = {}): PagedList<Notification> {
      return createPagedList(
        options,
        (window) => graphql(NotificationsDocument, { ...window, unreadOnly }, options),
        (data) => data.notifications,
      );
    },

    unreadCount(options?: CallOptions): Call<number> {
      return callOf(graphql(UnreadCountDocument, {}, options), ({ data }) => data.unreadCount);
    },

    /** Marks these as read, or with no `ids` all there are; gives how many were unread. */
    markRead(input: { ids?: readonly string[] } = {}, options?: CallOptions): Call<number> {
      return callOf(
        graphql(MarkNotificationsReadDocument, { input: { ids: input.ids ?? null } }, options),
        ({ data }) => data.markNotificationsRead.count,
      );
    },

    /** Each that comes from now on. What comes while a connection is lost is in `list` and not told here. */
    watch(options?: FollowOptions): Stream<Notification> {
      const read = (data: { notificationAdded: Notification }) => data.notificationAdded;
      return follow(parts, { document: NotificationAddedDocument, variables: {}, read }, options);
    },
  };
}
