import type { Event } from '@sightline/core';
import { useNavigate } from '@tanstack/react-router';
import { memo } from 'react';
import type { MouseEvent, ReactElement } from 'react';
import { useText } from '../app/text.ts';
import styles from './event-row.module.css';
import { text } from './event.text.ts';
import { useFormats } from './formats.ts';
import { Snapshot } from './snapshot.tsx';
import { Time } from './time.tsx';

/** How high a row is, in pixels: lists of many count on it. */
export const eventRowHeight = 60;

type Props = {
  event: Event;
  /** See `pictureOf`. */
  picture: string | null;
};

/** What happened, where and when, with its picture; leads to all that is known of it. */
export const EventRow = memo(function EventRow({ event, picture }: Props): ReactElement {
  const t = useText(text);
  const { share } = useFormats();
  const navigate = useNavigate();
  const { id, label, type, source, occurredAt, confidence, trackNumber } = event;
  const isObject = label !== null;
  // A link of the router each would cost more than the row when hundreds come in a second.
  function onClick(click: MouseEvent): void {
    if (click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    void navigate({ to: '/events/$id', params: { id } });
  }
  return (
    <a className={styles['row']} href={`/events/${encodeURIComponent(id)}`} onClick={onClick}>
      <Snapshot url={picture} kind={isObject ? 'object' : 'session'} />
      <span className={styles['told']}>
        <span className={styles['what']}>{t.on(label ?? t[type], source?.name ?? t.goneSource)}</span>
        {isObject && (
          <span className={styles['more']}>
            {trackNumber === null ? t[type] : `${t[type]} · ${t.object(trackNumber)}`}
          </span>
        )}
      </span>
      <span className={styles['share']}>{confidence !== null && share(confidence)}</span>
      <span className={styles['when']}>
        <Time at={occurredAt} look={isToday(occurredAt) ? 'time' : 'both'} />
      </span>
    </a>
  );
});

const isToday = (at: string): boolean => new Date(at).toDateString() === new Date().toDateString();
